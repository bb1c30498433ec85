import App
import Domain
import Foundation
import Glibc
import HTTPClient
import HTTPServer
import Providers
import Services
import Synchronization
import Telemetry
import Testing

/// The real daemon on a port of its own: sockets, SQLite, vector files and caged decoders in a temporary folder.
///
/// Limiting and reuse are off unless a test turns them on. Time stands still until a test moves it.
final class TestDaemon: Sendable {
    let installation: Installation
    let server: Server
    let port: Int
    let provider: RecordingProvider
    let clock: TestClock
    let folder: TemporaryFolder
    let pauses: PauseLog

    static let jwtSecret = "a secret of thirty-two bytes and more"

    var url: String { "http://127.0.0.1:\(port)" }

    /// How many daemons run at a time: tests in parallel must not starve each other of two cores.
    private static let places = Permits(4)
    private static let settings = [
        "PROVIDER": "openai", "ENABLE_RATE_LIMITING": "false", "ENABLE_PERCEPTUAL_REUSE": "false",
    ]

    /// Boots a daemon, runs `body` against it and takes it down again.
    ///
    /// - Parameters:
    ///   - environment: more of the environment; an empty value unsets what is set here.
    ///   - settings: live settings, without `PHOTO_ANALYSIS_`.
    ///   - folder: the folder of an earlier daemon, to start it again.
    ///   - prepare: adds to the daemon before it begins to work, such as kinds of jobs.
    static func run(
        provider: RecordingProvider? = nil, environment: [String: String] = [:],
        settings: [String: String] = [:], clock: TestClock = TestClock(),
        folder: TemporaryFolder? = nil, lookup: NameLookup = .system,
        prepare: (Installation) -> Void = { _ in },
        _ body: (TestDaemon) async throws -> Void
    ) async throws {
        try await places.withPermit {
            let provider = try provider ?? RecordingProvider()
            let folder = try folder ?? TemporaryFolder()
            let pauses = PauseLog()
            let configuration = try Configuration.load(
                flags: [:],
                environment: variables(provider).merging(environment) { $1 },
                defaultPath: folder.path + "/none")
            let log = open(folder.path + "/log", O_WRONLY | O_CREAT | O_APPEND, 0o600)
            defer { close(log) }
            let installation = try await Installation(
                configuration, directory: folder.path,
                log: Logger(LogSink(.json(descriptor: log)), minimum: .debug),
                clock: clock.source, decoder: decoder, patience: pauses.patience,
                lookup: lookup)
            var sockets = installation.serverConfiguration([.tcp(host: "127.0.0.1", port: 0)])
            sockets.usesSocketActivation = false
            let server = Server(sockets, handler: installation.handler)
            let addresses = try await server.start()
            guard case .tcp(_, let port)? = addresses.first else { return }
            let daemon = TestDaemon(
                installation, server, port, provider, clock, folder, pauses)
            prepare(installation)
            let work = Task { try await installation.work() }
            let result = await Result { try await daemon.play(settings, body) }
            await server.stop(grace: .seconds(2))
            work.cancel()
            _ = await work.result
            await installation.close()
            try result.get()
        }
    }

    private init(
        _ installation: Installation, _ server: Server, _ port: Int,
        _ provider: RecordingProvider, _ clock: TestClock, _ folder: TemporaryFolder,
        _ pauses: PauseLog
    ) {
        self.installation = installation
        self.server = server
        self.port = port
        self.provider = provider
        self.clock = clock
        self.folder = folder
        self.pauses = pauses
    }

    private func play(
        _ settings: [String: String], _ body: (TestDaemon) async throws -> Void
    ) async throws {
        for (name, value) in Self.settings.merging(settings, uniquingKeysWith: { $1 }) {
            try await set(name, value)
        }
        try await body(self)
    }

    private static func variables(_ provider: RecordingProvider) -> [String: String] {
        [
            "OPENAI_BASE_URL": provider.url, "TINTYPE_OCR": "false", "TINTYPE_DECODE_WORKERS": "1",
            "TINTYPE_DATABASE_READERS": "2", "JWT_SECRET": jwtSecret,
        ]
    }

    /// The worker lies beside the test bundle that is being run.
    private static let decoder: String = {
        let places = ["release", "debug"].map {
            packageRoot + "/.build/\($0)/decode-worker-for-tests"
        }
        return places.first { access($0, X_OK) == 0 } ?? places[0]
    }()
}

extension TestDaemon {
    /// Changes a live setting, named without `PHOTO_ANALYSIS_`.
    func set(_ name: String, _ value: String) async throws {
        let full = name.hasPrefix("PHOTO_SIMILARITY_") ? name : "PHOTO_ANALYSIS_" + name
        try await installation.settings.set(full, to: value, actor: "test")
    }

    /// Makes an account and returns a token of it.
    func account(_ email: String, role: Role = .user) async throws -> String {
        _ = try await installation.identity.createUser(email: email, role: role, password: nil)
        return try await installation.identity.createToken(
            email: email, name: "test", lifetime: nil
        ).text
    }

    /// Files in the store of pictures and thumbnails, or waiting in the spool.
    func files(in name: String = "blobs") -> [String] {
        let root = folder.path + "/" + name
        return (FileManager.default.enumerator(atPath: root)?.allObjects as? [String] ?? [])
            .filter { path in
                var isFolder: ObjCBool = false
                return FileManager.default.fileExists(
                    atPath: root + "/" + path, isDirectory: &isFolder) && !isFolder.boolValue
            }.sorted()
    }

    /// Everything logged so far.
    var log: String { (try? String(contentsOfFile: folder.path + "/log", encoding: .utf8)) ?? "" }
}

/// A clock that a test moves.
final class TestClock: Sendable {
    private let milliseconds: Mutex<Int64>

    /// 2026-03-01T12:00:00Z.
    init(milliseconds: Int64 = 1_772_366_400_000) {
        self.milliseconds = Mutex(milliseconds)
    }

    var source: TimeSource {
        TimeSource { [self] in Time(milliseconds: milliseconds.withLock { $0 }) }
    }

    func advance(_ seconds: Double) {
        milliseconds.withLock { $0 += Int64((seconds * 1000).rounded()) }
    }
}

/// Notes how long the daemon would have waited before asking a provider again, and does not wait.
final class PauseLog: Sendable {
    private let pauses = Mutex<[Duration]>([])

    var all: [Duration] { pauses.withLock { $0 } }

    var patience: OpenAIPatience {
        var patience = OpenAIPatience()
        patience.sleep = { [self] pause in
            try Task.checkCancellation()
            pauses.withLock { $0.append(pause) }
        }
        return patience
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
