import Foundation
import HTTP
import HTTPClient

/// Django REST framework under gunicorn with as many processes as cores, serving one record.
struct RestFramework {
    let url: String
    private let process = Process()

    /// Serves `record`, the JSON of Tintype's own answer, from a database in `folder`.
    init(_ record: [UInt8], id: String, folder: String) async throws {
        let scripts = "config/bench"
        let path = folder + "/record.json"
        try Data(record).write(to: URL(filePath: path))
        let environment = [
            "PATH": "/usr/bin:/bin", "DETAIL_DATABASE": folder + "/detail.sqlite",
            "PYTHONPATH": scripts, "PYTHONDONTWRITEBYTECODE": "1",
        ]
        try Command.output(
            PythonPeer.interpreter, [scripts + "/detail.py", path], environment: environment)
        let port = try BenchDaemon.freePort()
        url = "http://127.0.0.1:\(port)/api/photo-analysis/\(id)/"
        process.executableURL = URL(filePath: PythonPeer.interpreter)
        process.arguments = [
            "-m", "gunicorn", "-w", String(ProcessInfo.processInfo.activeProcessorCount),
            "-b", "127.0.0.1:\(port)", "--log-level", "error", "detail:application",
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
        let start = ContinuousClock.now
        while start.duration(to: .now) < .seconds(20) {
            if let response = try? await client.send(ClientRequest(.get, url)) {
                let theirs = try JSONValue(parsing: response.body)
                let ours = try JSONValue(parsing: record)
                guard response.status == .ok, theirs["suggestions"] == ours["suggestions"],
                    theirs["caption_full"] == ours["caption_full"]
                else { throw BenchFailure("Django REST framework does not serve the same object") }
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        stop()
        throw BenchFailure("gunicorn does not start")
    }
}
