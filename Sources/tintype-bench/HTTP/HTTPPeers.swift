import Foundation
import HTTP
import HTTPServer

/// What both servers answer to `/live`.
private let liveness = #"{"status":"ok","version":"1.0","checks":{"database":"ok","vectors":"ok"}}"#

/// Our server and nginx with the same files.
struct Pair {
    let server: BenchServer
    let nginx: Nginx

    init(_ bench: HTTPBench) async throws {
        for (name, size) in [("small.jpg", 20_000), ("large.jpg", 5_000_000)] {
            let noise = Data(
                (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) })
            try noise.write(to: URL(filePath: "\(bench.scratch)/\(name)"))
        }
        server = try await BenchServer(bench.scratch)
        nginx = try await Nginx(bench.scratch)
    }

    func stop() {
        server.stop()
        nginx.stop()
    }
}

/// The HTTP server alone in a process of its own: this program with the verb `http-server`.
final class BenchServer {
    let url: String
    let port: Int
    private let process = Process()

    var identifier: Int32 { process.processIdentifier }

    init(_ folder: String) async throws {
        port = try BenchDaemon.freePort()
        url = "http://127.0.0.1:\(port)"
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["http-server", "\(port)", folder]
        try process.start()
        try await waitFor(url + "/live")
        HTTPBench.pin(identifier)
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    /// Serves until it is ended: `http-server PORT FOLDER`.
    static func main(_ arguments: [String]) async -> Int32 {
        guard arguments.count == 2, let port = Int(arguments[0]) else { return 64 }
        var configuration = Server.Configuration()
        configuration.addresses = [.tcp(host: "127.0.0.1", port: port)]
        configuration.maximumConnections = 16_384
        let hub = EventHub()
        let folder = arguments[1]
        let router = Router([
            Route(.get, "/live") { _ in .json(Array(liveness.utf8)) },
            Route(.get, "/small.jpg") { _ in try file(folder + "/small.jpg") },
            Route(.get, "/large.jpg") { _ in try file(folder + "/large.jpg") },
            Route(.get, "/events") { hub.response(to: $0) },
            Route(.post, "/echo") { request in
                .bytes(try await request.body.collect(upTo: 1 << 20), type: "text/plain")
            },
        ])
        let server = Server(
            configuration,
            handler: wrap({ try await router.handle($0) }, in: [Compression.middleware]))
        do {
            _ = try await server.start()
            // Ten a second, for as long as someone listens; what a turn takes is not added to the pause.
            var number = 0
            var next = ContinuousClock.now
            while true {
                next = max(next + .milliseconds(100), .now - .seconds(1))
                try await Task.sleep(until: next, clock: .continuous)
                guard hub.listenerCount > 0 else { continue }
                number += 1
                hub.publish(ServerSentEvent(id: "\(number)", data: "\(number)"))
            }
        } catch {
            note("http-server: \(error)")
            return 1
        }
    }

    private static func file(_ path: String) throws -> Response {
        .file(try OpenFile(path: path), type: "image/jpeg")
    }
}

/// Debian's nginx with one worker.
final class Nginx {
    let url: String
    private let process = Process()

    init(_ folder: String) async throws {
        let port = try BenchDaemon.freePort()
        url = "http://127.0.0.1:\(port)"
        let own = folder + "/nginx"
        try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(own)/\($0);" }.joined(separator: " ")
        try """
        daemon off; master_process off; pid \(own)/pid; error_log \(own)/error.log;
        events { worker_connections 2048; }
        http {
          types { image/jpeg jpg; } \(temporary)
          access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000;
          open_file_cache max=100;
          server {
            listen 127.0.0.1:\(port) backlog=1024; root \(folder);
            location = /live { default_type application/json; return 200 '\(liveness)'; }
          }
        }
        """.write(toFile: own + "/nginx.conf", atomically: true, encoding: .utf8)
        process.executableURL = URL(filePath: "/usr/sbin/nginx")
        process.arguments = ["-p", own, "-c", own + "/nginx.conf", "-e", own + "/error.log"]
        try process.start()
        try await waitFor(url + "/live")
        HTTPBench.pin(process.processIdentifier)
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}

private func waitFor(_ url: String) async throws {
    for _ in 0..<500 {
        if (try? Command.output("/usr/bin/curl", ["-sf", "-o", "/dev/null", url])) != nil {
            return
        }
        try await Task.sleep(for: .milliseconds(10))
    }
    throw BenchFailure("nothing answers at \(url)")
}
