import Foundation

/// Celery with two worker processes on a Redis server of its own.
struct CeleryPeer {
    static var isInstalled: Bool {
        PythonPeer.isInstalled
            && FileManager.default.isExecutableFile(atPath: redis)
            && FileManager.default.isExecutableFile(atPath: celery)
    }

    private static let redis = "/usr/bin/redis-server"
    private static let celery = ".build/python/bin/celery"
    private static let scripts = "config/bench"

    private let folder: String
    /// Whether Redis flushes each change to the disk before it answers.
    private let isSynced: Bool

    init(_ folder: String, isSynced: Bool) throws {
        self.folder = folder
        self.isSynced = isSynced
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
    }

    /// Tasks that do nothing, a second, from the first that is queued to the last that is acknowledged.
    func rate(_ count: Int) throws -> Double {
        let port = try BenchDaemon.freePort()
        let durability = isSynced ? ["--appendonly", "yes", "--appendfsync", "always"] : []
        let server = try start(
            Self.redis,
            ["--port", "\(port)", "--bind", "127.0.0.1", "--dir", folder] + durability, [:])
        defer { stop(server) }
        let environment = [
            "PATH": "/usr/bin:/bin", "BROKER": "redis://127.0.0.1:\(port)/0",
            "PYTHONPATH": Self.scripts, "PYTHONDONTWRITEBYTECODE": "1", "C_FORCE_ROOT": "1",
        ]
        let worker = try start(
            Self.celery, ["-A", "noop", "worker", "--concurrency", "2", "--loglevel", "ERROR"],
            environment)
        defer { stop(worker) }
        let text = try Command.output(
            PythonPeer.interpreter, [Self.scripts + "/noop.py", "\(count)"],
            environment: environment)
        let last = text.split(separator: "\n").last.map(String.init) ?? ""
        guard let seconds = Double(last.trimmingCharacters(in: .whitespaces)) else {
            throw BenchFailure("Celery did not finish: \(text)")
        }
        return Double(count) / seconds
    }

    private func start(
        _ path: String, _ arguments: [String], _ environment: [String: String]
    ) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = environment
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.start()
        return process
    }

    private func stop(_ process: Process) {
        process.terminate()
        process.waitUntilExit()
    }
}
