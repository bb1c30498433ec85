import Foundation
import Glibc
import HTTP

/// What thousands of clients cost that want little or nothing.
extension HTTPBench {
    private static let idleConnections = 10_000
    private static let listeners = 5_000

    func idle() async throws -> [Figure] {
        let server = try await BenchServer(scratch)
        defer { server.stop() }
        let memory = ProcessMemory(identifier: server.identifier)
        let before = try load(server.url + "/live", 32)
        let crowd = try Crowd(port: server.port, count: Self.idleConnections)
        try crowd.ask("GET /live HTTP/1.1\r\nHost: a\r\n\r\n")
        crowd.drain(for: .seconds(1)) { _ in }
        let resident = memory.resident
        let meanwhile = try load(server.url + "/live", 32)
        crowd.close()
        let ratio = meanwhile.requestsPerSecond / before.requestsPerSecond
        return [
            Figure(
                work: "memory with \(Self.idleConnections) idle connections", goal: "≤ 120 MB",
                ours: "\(resident.text(0)) MB", isReached: resident <= 120),
            Figure(
                work: "requests beside them, 32 connections", goal: "as before",
                ours: Self.text(meanwhile), peer: "before: " + Self.text(before),
                ratio: ratio.text(2), isReached: ratio >= 0.9),
        ]
    }

    func events() async throws -> [Figure] {
        let server = try await BenchServer(scratch)
        defer { server.stop() }
        let crowd = try Crowd(port: server.port, count: Self.listeners)
        try crowd.ask("GET /events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n")
        // The first events go out while others still connect.
        crowd.drain(for: .seconds(2)) { _ in }
        let period = 10
        let processor = Self.processorSeconds(of: server.identifier)
        var newlines = 0
        crowd.drain(for: .seconds(period)) { bytes in
            for byte in bytes where byte == UInt8(ascii: ":") { newlines += 1 }
        }
        let used = (Self.processorSeconds(of: server.identifier) - processor) / Double(period)
        crowd.close()
        // Each event has an id and data: two colons.
        let delivered = Double(newlines) / 2 / Double(Self.listeners) / Double(period)
        return [
            Figure(
                work: "\(Self.listeners) listeners, 10 events a second, for \(period) s",
                goal: "all delivered, ≤ 1 core",
                ours: "\(delivered.text(2)) events/s each, \(used.text(2)) cores",
                isReached: delivered >= 9.5 && used <= 1)
        ]
    }

    /// Ordinary requests while slowhttptest holds a thousand connections as slowly as it can.
    func slow() async throws -> [Figure] {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/slowhttptest") else {
            note("slowhttptest is missing: slow is left out")
            return []
        }
        let server = try await BenchServer(scratch)
        defer { server.stop() }
        let memory = ProcessMemory(identifier: server.identifier)
        let attacks: [(String, [String])] = [
            ("headers", ["-H", "-i", "5", "-u", server.url + "/live"]),
            ("body", ["-B", "-i", "5", "-s", "8192", "-u", server.url + "/echo"]),
            ("reading", ["-X", "-n", "2", "-z", "5", "-u", server.url + "/large.jpg"]),
        ]
        var figures: [Figure] = []
        for (name, options) in attacks {
            let (descriptors, resident) = (Self.descriptors(of: server.identifier), memory.resident)
            let attacks = SlowClients(
                options, for: Self.attackSeconds, log: "\(scratch)/\(name)")
            let times = try await attacks.run { try await Self.probe(server.port, while: $0) }
            let left = await Self.settle(server.identifier, to: descriptors)
            let worst = times.percentile(99)
            figures.append(
                Figure(
                    work: "1,000 slow clients (\(name)) for \(Self.attackSeconds) s",
                    goal: "p99 of others < 100 ms, all cut, memory back",
                    ours: "p99 \(worst.text(1)) ms of \(times.values.count); "
                        + "\(attacks.rounds) × 1,000 all cut after \(attacks.times.text("s")); "
                        + "descriptors \(descriptors) → \(left), \(resident.text(0)) → "
                        + "\(memory.resident.text(0)) MB",
                    isReached: worst < 100 && attacks.areAllCut && left <= descriptors
                        && memory.resident < resident + 16))
        }
        return figures
    }

    private static let attackSeconds = 60

    /// Times of ordinary requests, each on a connection of its own, fifty a second.
    private static func probe(_ port: Int, while process: Process) async throws -> Samples {
        var samples = Samples()
        while process.isRunning {
            try samples.measureBlocking {
                let crowd = try Crowd(port: port, count: 1)
                try crowd.ask("GET /live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                crowd.drainOne()
                crowd.close()
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        return samples
    }

    /// Waits until the descriptors are back, at most for as long as the slowest deadline.
    private static func settle(_ process: Int32, to count: Int) async -> Int {
        for _ in 0..<200 where descriptors(of: process) > count {
            try? await Task.sleep(for: .milliseconds(100))
        }
        return descriptors(of: process)
    }

    private static func descriptors(of process: Int32) -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd"))?.count ?? 0
    }

    private static func processorSeconds(of process: Int32) -> Double {
        let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12 else { return 0 }
        return ((Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0))
            / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}

/// slowhttptest with a thousand connections, again and again for as long as is asked: once the server has cut them all
/// it ends.
private final class SlowClients {
    private let options: [String]
    private let seconds: Int
    private let log: String
    /// How long the server took to cut all connections of one round, in seconds.
    private(set) var times = Samples()
    private(set) var areAllCut = true

    var rounds: Int { times.values.count }

    init(_ options: [String], for seconds: Int, log: String) {
        self.options = options
        self.seconds = seconds
        self.log = log
    }

    func run(_ probe: (Process) async throws -> Samples) async throws -> Samples {
        var samples = Samples()
        let start = ContinuousClock.now
        while start.duration(to: .now) < .seconds(seconds) {
            let attack = Process()
            let path = log + ".\(rounds)"
            _ = FileManager.default.createFile(atPath: path, contents: nil)
            attack.executableURL = URL(filePath: "/usr/bin/slowhttptest")
            attack.arguments = ["-c", "1000", "-r", "500", "-l", "\(seconds)"] + options
            attack.standardOutput = FileHandle(forWritingAtPath: path)
            attack.standardError = FileHandle.nullDevice
            let begin = ContinuousClock.now
            try attack.start()
            samples.values += try await probe(attack).values
            attack.waitUntilExit()
            times.values.append(begin.duration(to: .now) / .seconds(1))
            let text = try String(contentsOfFile: path, encoding: .utf8)
            if !text.contains("No open connections left") { areAllCut = false }
        }
        return samples
    }
}

extension Samples {
    mutating func measureBlocking(_ body: () throws -> Void) rethrows {
        let start = ContinuousClock.now
        try body()
        values.append(start.duration(to: .now) / .milliseconds(1))
    }
}
