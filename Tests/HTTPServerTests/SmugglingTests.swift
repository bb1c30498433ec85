import Foundation
import HTTP
import HTTPServer
import Synchronization
import Testing

/// Remembers what ran. A request has run when its handler has all of its body.
private final class Executed: Sendable {
    struct Run {
        let text: String
        /// What the proxy called the request, nil if it did not come from the proxy.
        let proxyID: String?
    }

    let runs = Mutex<[Run]>([])

    var handler: Handler {
        { request in
            let body = try await request.body.collect(upTo: 1 << 20)
            let text = "\(request.method) \(request.path) \(String(decoding: body, as: UTF8.self))"
            let run = Run(text: text, proxyID: request.fields["X-Proxy-ID"])
            self.runs.withLock { $0.append(run) }
            return .text(request.path)
        }
    }
}

@Suite struct SmugglingTests {
    @Test func `nothing runs that a strict reader refuses, and all that it reads`() async throws {
        #expect(SmugglingCorpus.all.count >= 120)
        let executed = Executed()
        try await withServer(executed.handler) { _, address in
            for (number, smuggling) in SmugglingCorpus.all.enumerated() {
                executed.runs.withLock { $0 = [] }
                let answers = try await onThread {
                    let client = try RawClient(address)
                    client.send(smuggling.bytes(number: number))
                    client.finishSending()
                    return try client.rest()
                }
                let ran = executed.runs.withLock { $0.map(\.text) }
                #expect(ran == smuggling.runs(number: number), "\(smuggling.name): \(answers)")
            }
        }
    }

    /// Proxied as nginx does it by itself, and as forgiving as it can be made.
    @Test(
        .enabled(if: Proxy.isInstalled, "nginx-light is not installed"), arguments: ["", Proxy.lax])
    func `a proxy in front and the server agree on where every request ends`(
        options: String
    ) async throws {
        let executed = Executed()
        let hurry = { (configuration: inout Server.Configuration) in
            configuration.deadlines.grace = .milliseconds(500)
        }
        try await withServer(executed.handler, configure: hurry) { _, address in
            let proxy = try Proxy(of: address, options: options)
            for (number, smuggling) in SmugglingCorpus.all.enumerated() {
                try await onThread {
                    let client = try proxy.connect()
                    client.send(smuggling.bytes(number: number))
                    _ = try client.rest()
                    // A rest of the case that stayed in the connection behind the proxy would spoil this one.
                    let probe = try proxy.connect()
                    probe.send(
                        "GET /probe/\(number) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                    let answer = try probe.answer()
                    #expect(answer.status == 200, "\(smuggling.name)")
                    #expect(answer.body == "/probe/\(number)", "\(smuggling.name)")
                }
            }
            let runs = executed.runs.withLock { $0 }
            #expect(runs.allSatisfy { $0.proxyID != nil }, "what ran came from the proxy")
            let ids = runs.compactMap(\.proxyID)
            #expect(Set(ids).count == ids.count, "what the proxy sent once ran once")
            let unknown = try await onThread { try proxy.unknown(of: Set(ids)) }
            #expect(unknown == [], "what ran is what the proxy read")
            // All probes ran, and the requests that nobody can misunderstand.
            #expect(ids.count >= SmugglingCorpus.all.count + 20)
        }
    }
}

/// nginx on a local socket in front of a server.
private final class Proxy: Sendable {
    static let isInstalled = FileManager.default.isExecutableFile(atPath: program)
    static let lax =
        "proxy_request_buffering off; ignore_invalid_headers off; underscores_in_headers on;"
    private static let program = "/usr/sbin/nginx"

    private let folder: String
    private let process: Mutex<Process>

    init(of server: ListenAddress, options: String) throws {
        let folder = NSTemporaryDirectory() + "tintype-proxy-\(UUID().uuidString.prefix(8))"
        self.folder = folder
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(folder)/\($0);" }.joined(separator: " ")
        try """
        daemon off; master_process off; pid \(folder)/pid; error_log \(folder)/error.log;
        events { worker_connections 256; }
        http {
          \(temporary)
          log_format ids '$request_id $upstream_status'; access_log \(folder)/access.log ids;
          client_header_timeout 500ms; client_body_timeout 500ms; keepalive_timeout 500ms;
          upstream server { server \(server); keepalive 1; }
          server {
            listen unix:\(folder)/socket; \(options)
            location / {
              proxy_pass http://server; proxy_http_version 1.1; proxy_set_header Connection "";
              proxy_set_header Host $http_host; proxy_set_header X-Proxy-ID $request_id;
            }
          }
        }
        """.write(toFile: folder + "/nginx.conf", atomically: true, encoding: .utf8)
        let nginx = Process()
        nginx.executableURL = URL(fileURLWithPath: Self.program)
        nginx.arguments = [
            "-p", folder, "-c", folder + "/nginx.conf", "-e", folder + "/error.log",
        ]
        try nginx.run()
        process = Mutex(nginx)
        for _ in 0..<500 {
            if (try? connect()) != nil { return }
            usleep(10_000)
        }
        throw RawClient.Failure(what: "nginx does not start")
    }

    deinit {
        process.withLock { if $0.isRunning { kill($0.processIdentifier, SIGKILL) } }
        try? FileManager.default.removeItem(atPath: folder)
    }

    func connect() throws -> RawClient {
        try RawClient(.unix(path: folder + "/socket"))
    }

    /// Those of the ids that name no request which nginx handed on; it writes its log behind its answers.
    func unknown(of ids: Set<String>) throws -> Set<String> {
        var unknown = ids
        for _ in 0..<500 where !unknown.isEmpty {
            let log = try String(contentsOfFile: folder + "/access.log", encoding: .utf8)
            for line in log.split(separator: "\n") where !line.hasSuffix(" -") {
                if let id = line.split(separator: " ").first { unknown.remove(String(id)) }
            }
            if !unknown.isEmpty { usleep(10_000) }
        }
        return unknown
    }
}
