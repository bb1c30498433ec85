import Foundation
import Glibc
import HTTP
import HTTPClient
import Synchronization
import Testing

@Suite struct `A daemon that is told to stop` {
    @Test(.timeLimit(.minutes(1)))
    func `finishes the upload under way, tells the service manager and exits with 0`() async throws
    {
        let folder = try TemporaryFolder()
        let manager = try ManagerSocket(folder.path + "/notify")
        let daemon = try DaemonProcess(
            folder.path + "/data", ["NOTIFY_SOCKET": manager.path])
        #expect(await manager.next().hasPrefix("READY=1\nSTATUS=Serving "))
        try await daemon.ready()
        let body = UploadBody(drawnPicture(1), as: "patient")
        let answer = try await blocking { () -> WireBox in
            let client = try WireClient(daemon.socket)
            client.send(body.head + body.bytes.prefix(5000))
            return WireBox(client)
        }
        // What was sent before this request is read before it is answered.
        _ = try await daemon.get("/healthz/")
        daemon.signal(SIGTERM)
        #expect(await manager.next().hasPrefix("STOPPING=1\n"))
        let text = await blocking { () -> String in
            answer.client.send(body.bytes.dropFirst(5000))
            return answer.client.answer()
        }
        #expect(text.hasPrefix("HTTP/1.1 201 "), "\(text)")
        #expect(try await daemon.exitCode() == 0)
        #expect(!FileManager.default.fileExists(atPath: daemon.socket))
    }

    @Test(.timeLimit(.minutes(1)))
    func `ends at once when it is told a second time`() async throws {
        let folder = try TemporaryFolder()
        let manager = try ManagerSocket(folder.path + "/notify")
        let daemon = try DaemonProcess(
            folder.path + "/data", ["NOTIFY_SOCKET": manager.path])
        _ = await manager.next()
        let body = UploadBody(drawnPicture(2), as: "patient")
        let client = try await blocking { () -> WireBox in
            let client = try WireClient(daemon.socket)
            client.send(body.head + body.bytes.prefix(5000))
            return WireBox(client)
        }
        _ = try await daemon.get("/healthz/")
        daemon.signal(SIGTERM)
        #expect(await manager.next().hasPrefix("STOPPING=1\n"))
        daemon.signal(SIGTERM)
        #expect(try await daemon.exitCode(within: 5) == 128 + SIGTERM)
        _ = client
    }

    @Test(.timeLimit(.minutes(1)))
    func `loses no request when a service manager holds its socket over restarts`() async throws {
        let folder = try TemporaryFolder()
        let (listening, port) = try listeningSocket()
        defer { close(listening) }
        let isOver = Flag()
        let counts = try await withThrowingTaskGroup(of: (good: Int, bad: [String]).self) { group in
            for keepsAlive in [true, false, true, false, true, false] {
                group.addTask {
                    await Self.keepAsking(port, keepsAlive: keepsAlive, until: isOver)
                }
            }
            for _ in 0..<3 {
                let daemon = try DaemonProcess(folder.path + "/data", listening: listening)
                try await daemon.ready()
                for _ in 0..<20 { _ = try await daemon.get("/healthz/") }
                #expect(try await daemon.stop() == 0)
            }
            let last = try DaemonProcess(folder.path + "/data", listening: listening)
            try await last.ready()
            isOver.set()
            let counts = try await group.reduce(into: (good: 0, bad: [String]())) { all, one in
                all.good += one.good
                all.bad += one.bad
            }
            #expect(try await last.stop() == 0)
            return counts
        }
        #expect(counts.bad == [])
        #expect(counts.good >= 8)
    }

    private static func keepAsking(
        _ port: Int, keepsAlive: Bool, until isOver: Flag
    ) async -> (good: Int, bad: [String]) {
        let client = HTTPClient()
        var good = 0
        var bad: [String] = []
        repeat {
            var request = ClientRequest(.get, "http://127.0.0.1:\(port)/healthz/")
            if !keepsAlive { request.fields["Connection"] = "close" }
            request.timeout = .seconds(20)
            do throws(HTTPClientError) {
                let answer = try await client.send(request)
                if answer.status == .ok { good += 1 } else { bad.append("\(answer.status)") }
            } catch {
                bad.append("\(error)")
            }
        } while !isOver.isSet
        return (good, bad)
    }
}

private final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
}

/// Hands a connection from one thread to the next.
// One task at a time uses it, each after the other has ended.
final class WireBox: @unchecked Sendable {
    let client: WireClient

    init(_ client: WireClient) { self.client = client }
}
