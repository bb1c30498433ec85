import Foundation
import HTTP
import HTTPClient
import Imaging

/// What is stored, from the daemon as it runs for its users: routed, authorised, read from SQLite, logged.
extension HTTPBench {
    private static let fingerprint = "X-Fingerprint: bench"

    /// A record against nginx's constant JSON and against FastAPI with the same record.
    func stored() async throws -> [Figure] {
        let daemon = try await BenchDaemon(scratch + "/stored")
        defer { daemon.stop() }
        Self.pin(daemon.identifier)
        let picture = try [UInt8](Data(contentsOf: URL(filePath: "Fixtures/samples/desk.jpg")))
        let client = HTTPClient()
        let id = try await daemon.keep(picture, with: client)
        let url = "\(daemon.url)/api/photo-analysis/\(id)/"
        let pair = try await Pair(self)
        defer { pair.stop() }
        var figures = [
            try compare(
                "stored object, 32 connections", ours: url, theirs: pair.nginx.url + "/live",
                least: 0.25, than: "nginx's constant JSON", fields: [Self.fingerprint])
        ]
        if FastAPI.isInstalled {
            let record = try await client.send(
                ClientRequest(.get, url, fields: ["X-Fingerprint": "bench"])
            ).body
            let peer = try await FastAPI(record, id: id, folder: scratch)
            defer { peer.stop() }
            figures.append(
                try compare(
                    "… against the same object from FastAPI, 2 workers on all cores", ours: url,
                    theirs: peer.url, least: 2, than: "FastAPI", fields: [Self.fingerprint]))
        } else {
            note("FastAPI is not installed: its row is left out")
        }
        return figures
    }

    /// Pictures that the daemon keeps against the same bytes as nginx's files.
    func images() async throws -> [Figure] {
        let daemon = try await BenchDaemon(
            scratch + "/images", settings: ["TINTYPE_OCR": "false"])
        defer { daemon.stop() }
        Self.pin(daemon.identifier)
        let pair = try await Pair(self)
        defer { pair.stop() }
        let client = HTTPClient()
        var figures: [Figure] = []
        for (name, bytes) in [("20 KB", 20_000), ("5 MB", 5_000_000)] {
            let id = try await daemon.keep(try Self.picture(ofBytes: bytes), with: client)
            let url = "\(daemon.url)/api/photo-analysis/\(id)/image/"
            let stored = try await client.send(
                ClientRequest(.get, url, fields: ["X-Fingerprint": "bench"]))
            try Data(stored.body).write(to: URL(filePath: "\(scratch)/\(id).jpg"))
            figures.append(
                try compare(
                    "stored image of \(name), 32 connections", ours: url,
                    theirs: "\(pair.nginx.url)/\(id).jpg", least: 0.7, fields: [Self.fingerprint]))
        }
        return figures
    }

    /// A JPEG of noise, which takes about as many bytes a row everywhere.
    private static func picture(ofBytes count: Int) throws -> [UInt8] {
        let width = count > 1_000_000 ? 2048 : 160
        func noise(_ height: Int) throws -> [UInt8] {
            var random = SystemRandomNumberGenerator()
            let samples = (0..<width * height * 3).map { _ in
                UInt8(truncatingIfNeeded: random.next())
            }
            return try Bitmap(width: width, height: height, channels: 3, samples: samples)
                .encoded(as: .jpeg(quality: 80))
        }
        let rows = 64
        return try noise(max(1, count * rows / (try noise(rows).count)))
    }
}

extension BenchDaemon {
    /// Has a picture analysed under the fingerprint `bench` and returns the record's id.
    fileprivate func keep(_ picture: [UInt8], with client: HTTPClient) async throws -> String {
        let answer = try await analyse(picture, with: client, fingerprint: "bench")
        guard let id = answer["analysis"]?["id"]?.string else {
            throw BenchFailure("an answer has no id")
        }
        return id
    }
}

/// FastAPI under uvicorn with two workers, serving one record from SQLite.
private struct FastAPI {
    let url: String
    private let process = Process()

    static var isInstalled: Bool {
        PythonPeer.isInstalled
            && (try? Command.output(PythonPeer.interpreter, ["-c", "import fastapi, uvicorn"]))
                != nil
    }

    init(_ record: [UInt8], id: String, folder: String) async throws {
        let scripts = "config/bench"
        let path = folder + "/record.json"
        try Data(record).write(to: URL(filePath: path))
        let environment = [
            "PATH": "/usr/bin:/bin", "DETAIL_DATABASE": folder + "/fastapi.sqlite",
            "PYTHONPATH": scripts, "PYTHONDONTWRITEBYTECODE": "1",
        ]
        try Command.output(
            PythonPeer.interpreter, [scripts + "/fastapi_detail.py", path],
            environment: environment)
        let port = try BenchDaemon.freePort()
        url = "http://127.0.0.1:\(port)/api/photo-analysis/\(id)/"
        process.executableURL = URL(filePath: "/usr/bin/taskset")
        process.arguments = [
            "-c", "0-\(ProcessInfo.processInfo.processorCount - 1)", PythonPeer.interpreter, "-m",
            "uvicorn", "--workers", "2", "--port", "\(port)", "--no-access-log", "--log-level",
            "error", "fastapi_detail:app",
        ]
        process.environment = environment
        try process.start()
        try await waitUntilReady(record)
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    /// Waits for an answer and checks that it is the same object.
    private func waitUntilReady(_ record: [UInt8]) async throws {
        let client = HTTPClient()
        let ours = try JSONValue(parsing: record)
        for _ in 0..<400 {
            let request = ClientRequest(.get, url, fields: ["X-Fingerprint": "bench"])
            if let response = try? await client.send(request) {
                let theirs = try JSONValue(parsing: response.body)
                guard response.status == .ok, theirs["suggestions"] == ours["suggestions"],
                    theirs["caption_full"] == ours["caption_full"]
                else { throw BenchFailure("FastAPI does not serve the same object") }
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        stop()
        throw BenchFailure("uvicorn does not start")
    }
}
