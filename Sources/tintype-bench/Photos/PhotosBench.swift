import Foundation
import HTTPClient
import Vectors

/// Measures the main job against the real daemon, and its peers in the same run.
struct PhotosBench {
    /// Where the drawn photo lies and where the daemons' data are kept meanwhile: a real disk, not a tmpfs.
    let folder: String
    let scratch: String
    let runs: Int
    let photos: PhotoSource

    private typealias Work = (
        name: String, run: @Sendable (PhotosBench) async throws -> [Figure]
    )

    private static let works: [Work] = [
        ("intake", { try await $0.intake() }),
        ("upload", { try await $0.uploads() }),
        ("provider", { try await $0.slowProvider() }),
        ("detail", { try await $0.detail() }),
        ("idle", { try await $0.idle() }),
        ("burst", { try await $0.burst() }),
        ("lookup", { try await $0.lookup() }),
    ]

    static func main(_ arguments: [String]) async -> Int32 {
        var options: [String: String] = [:]
        var arguments = arguments[...]
        while let name = arguments.popFirst() { options[name] = arguments.popFirst() }
        let folder = options["--data"] ?? ".build/bench"
        let wanted = options["--only"].map { Set($0.split(separator: ",").map(String.init)) }
        do {
            let scratch = folder + "/run-\(ProcessInfo.processInfo.processIdentifier)"
            try FileManager.default.createDirectory(
                atPath: scratch, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: scratch) }
            let bench = try PhotosBench(
                folder: folder, scratch: scratch, runs: options["--runs"].flatMap(Int.init) ?? 9,
                photos: PhotoSource(folder))
            var figures: [Figure] = []
            for work in works where wanted?.contains(work.name) ?? true {
                note("measuring \(work.name) …")
                figures += try await work.run(bench)
            }
            print(bench.heading + Figure.table(figures))
            return 0
        } catch {
            note("tintype-bench: \(error)")
            return 1
        }
    }

    /// What a reader must know to judge the figures.
    private var heading: String {
        let memory = Double(ProcessInfo.processInfo.physicalMemory) / Double(1 << 30)
        return """
            Measured on \(Machine.processor), \(ProcessInfo.processInfo.activeProcessorCount) cores, \
            \(memory.text(0)) GiB; vector kernels \(kernelPath).
            The photo: \(photos.description), others are made of it. Every daemon is the real binary \
            with its access log on, asked over loopback; data on the disk of this folder.
            Ours and the peer's take turns in one run. Figures are medians of \(runs) (least–greatest).


            """
    }
}

/// The machine that is measured on.
enum Machine {
    static var processor: String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        for line in text.split(separator: "\n") where line.hasPrefix("model name") {
            return line.split(separator: ":").last.map {
                $0.trimmingCharacters(in: .whitespaces)
            } ?? "an unknown processor"
        }
        return "an unknown processor"
    }
}
