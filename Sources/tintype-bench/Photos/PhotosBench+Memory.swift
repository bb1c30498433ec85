import Foundation
import HTTP
import HTTPClient
import Synchronization

extension PhotosBench {
    /// How soon the daemon answers and what it holds while nobody asks.
    func idle() async throws -> [Figure] {
        let directory = scratch + "/idle"
        // An installation as a user has it: a few records to read back.
        let first = try await BenchDaemon(directory)
        let client = HTTPClient()
        for number in 0..<3 {
            _ = try await first.analyse(try photos.variant(number), with: client)
        }
        first.stop()
        var ready = Samples()
        var resident = Samples()
        var workers = Samples()
        for _ in 0..<runs {
            let daemon = try await BenchDaemon(directory)
            ready.values.append(daemon.readyAfter)
            try await Task.sleep(for: .seconds(1))
            let memory = ProcessMemory(identifier: daemon.identifier)
            resident.values.append(memory.resident)
            workers.values.append(memory.children)
            daemon.stop()
        }
        return [
            Figure(
                work: "start → first 200 of /healthz", goal: "≤ 300 ms", ours: ready.text("ms"),
                isReached: ready.median <= 300),
            Figure(
                work: "idle daemon, resident (its decoder processes beside it: "
                    + "\(workers.median.text(0)) MB)",
                goal: "≤ 64 MB", ours: resident.text("MB", decimals: 1),
                isReached: resident.median <= 64),
        ]
    }

    private static let burstCount = 200

    /// Two hundred different photos sent at the same moment.
    func burst() async throws -> [Figure] {
        var pictures: [[UInt8]] = []
        for number in 0..<Self.burstCount { pictures.append(try photos.variant(number)) }
        // Without reuse every one of them has to be analysed.
        let daemon = try await BenchDaemon(
            scratch + "/burst", settings: ["PHOTO_ANALYSIS_ENABLE_PERCEPTUAL_REUSE": "false"])
        defer { daemon.stop() }
        let memory = ProcessMemory(identifier: daemon.identifier)
        let workers = Task {
            var peak = 0.0
            while !Task.isCancelled {
                peak = max(peak, memory.children)
                try? await Task.sleep(for: .milliseconds(20))
            }
            return peak
        }
        let start = ContinuousClock.now
        let answers = await send(pictures, to: daemon)
        let seconds = start.duration(to: .now) / .seconds(1)
        workers.cancel()
        let (peak, peakOfWorkers) = (memory.peak, await workers.value)
        try await Task.sleep(for: .seconds(3))
        note("after the burst the daemon holds \(memory.resident.text(0)) MB")
        let created = answers[201] ?? 0
        let refused = answers.filter { [429, 503, 507].contains($0.key) }.values.reduce(0, +)
        return [
            Figure(
                work: "\(Self.burstCount) uploads of 12 megapixels at once, all analysed",
                goal: "every one answered, nothing but documented refusals",
                ours: "\(Self.list(answers)) in \(seconds.text(1)) s",
                isReached: created + refused == Self.burstCount),
            Figure(
                work: "… the daemon's peak (its decoder processes: \(peakOfWorkers.text(0)) MB)",
                goal: "≤ 512 MB resident", ours: "\(peak.text(0)) MB",
                ratio: "\((peak + peakOfWorkers).text(0)) MB in all",
                isReached: peak + peakOfWorkers <= 512),
        ]
    }

    /// How often each status came; 0 stands for no answer.
    private func send(_ pictures: [[UInt8]], to daemon: BenchDaemon) async -> [Int: Int] {
        let client = HTTPClient()
        return await withTaskGroup(of: Int.self) { group in
            for picture in pictures {
                group.addTask {
                    (try? await daemon.upload(picture, with: client))?.status.code ?? 0
                }
            }
            return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
    }

    private static func list(_ answers: [Int: Int]) -> String {
        answers.sorted { $0.key < $1.key }
            .map { "\($0.value) × \($0.key == 0 ? "no answer" : String($0.key))" }
            .joined(separator: ", ")
    }
}
