import Glibc

/// What the kernel says about this process.
package enum ProcessMetrics {
    /// Has `metrics` look these numbers up before each rendering.
    package static func register(in metrics: Metrics) {
        let start = Double(Timestamp.now()) / 1e9
        metrics.onRender { metrics in
            metrics.set(.processStart, start)
            metrics.set(.processCPU, cpuSeconds())
            metrics.set(.processResidentMemory, Double(residentBytes()))
            metrics.set(.processOpenDescriptors, Double(openDescriptors()))
        }
    }

    /// Memory resident in RAM; 0 if the kernel doesn't tell.
    package static func residentBytes() -> Int {
        // /proc/self/statm counts pages: size, resident, …
        let fields = read("/proc/self/statm").split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }

    private static func cpuSeconds() -> Double {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    package static func openDescriptors() -> Int {
        guard let folder = unsafe opendir("/proc/self/fd") else { return 0 }
        defer { unsafe closedir(folder) }
        // `.`, `..` and the descriptor of the listing itself do not count.
        var count = -3
        while unsafe readdir(folder) != nil { count += 1 }
        return max(0, count)
    }

    private static func read(_ path: String) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { return "" }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
        }
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
}
