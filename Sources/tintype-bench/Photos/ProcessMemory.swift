import Foundation

/// What the kernel says about the memory of a process and its children.
struct ProcessMemory {
    let identifier: Int32

    /// Megabytes resident now.
    var resident: Double { value("VmRSS", of: identifier) }
    /// Megabytes resident at most, since the process started.
    var peak: Double { value("VmHWM", of: identifier) }

    /// Megabytes of the children together, what they share with others counted by shares.
    ///
    /// Plain sums of resident memory would count the pages of the executable once for each child.
    var children: Double {
        childIdentifiers.reduce(0) { $0 + share(of: $1) }
    }

    var childIdentifiers: [Int32] {
        let threads =
            (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(identifier)/task"))
        return (threads ?? []).flatMap { thread in
            read("/proc/\(identifier)/task/\(thread)/children").split(separator: " ")
                .compactMap { Int32($0) }
        }
    }

    private func share(of process: Int32) -> Double {
        field("Pss", in: read("/proc/\(process)/smaps_rollup"))
    }

    private func value(_ name: String, of process: Int32) -> Double {
        field(name, in: read("/proc/\(process)/status"))
    }

    /// A line such as `VmRSS:     1234 kB`, in megabytes.
    private func field(_ name: String, in text: String) -> Double {
        for line in text.split(separator: "\n") where line.hasPrefix(name + ":") {
            let words = line.split(whereSeparator: \.isWhitespace)
            return words.count > 1 ? (Double(words[1]) ?? 0) / 1024 : 0
        }
        return 0
    }

    private func read(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8))?
            .trimmingCharacters(in: .newlines) ?? ""
    }
}
