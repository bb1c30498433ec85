import Foundation
import HTTP
import Testing

/// Clients that go away, dawdle or go on (§3.1).
@Suite struct ConnectionTests {
    private static func head(_ form: Form, length: Int? = nil) -> String {
        "POST /api/photo-analysis/upload/ HTTP/1.1\r\nHost: localhost\r\n"
            + "Content-Type: \(form.contentType)\r\n"
            + "Content-Length: \(length ?? form.body.count)\r\n\r\n"
    }

    @Test func `who hangs up in the middle of an upload leaves nothing behind`() async throws {
        try await TestDaemon.run { daemon in
            let form = Form([UInt8](repeating: 1, count: 3_000_000), as: "F1")
            let connection = try await onThread { [port = daemon.port] in
                let connection = Held(try RawConnection(port: port))
                connection.value.send(Self.head(form))
                connection.value.send(Array(form.body.prefix(1_500_000)))
                return connection
            }
            let hasBegun = try await eventually { !daemon.files(in: "spool").isEmpty }
            #expect(hasBegun)
            connection.value.hangUp()
            let isEmpty = try await eventually { daemon.files(in: "spool").isEmpty }
            #expect(isEmpty && daemon.files().isEmpty && daemon.provider.calls.isEmpty)
        }
    }

    @Test func `an analysis is finished when its client has gone`() async throws {
        try await TestDaemon.run { daemon in
            let gate = DispatchSemaphore(value: 0)
            daemon.provider.on(.suggestions) { _, _ in
                _ = gate.wait(timeout: .now() + 5)
                return .content(RecordingProvider.suggestions(RecordingProvider.titles))
            }
            let form = Form(Picture.unique(1), as: "F1")
            let connection = try await onThread { [port = daemon.port] in
                let connection = Held(try RawConnection(port: port))
                connection.value.send(Self.head(form))
                connection.value.send(form.body)
                return connection
            }
            let isAsked = try await eventually { !daemon.provider.calls.isEmpty }
            #expect(isAsked)
            connection.value.hangUp()
            try await Task.sleep(for: .milliseconds(20))
            gate.signal()
            let isDone = try await eventually { daemon.provider.calls(.embedding).count == 2 }
            #expect(isDone)
            let again = try await daemon.upload(Picture.unique(1), as: "F1")
            #expect(again.status == 200)
            #expect(daemon.provider.calls(.suggestions).count == 1)
        }
    }

    @Test func `a connection goes on after an early refusal`() async throws {
        try await TestDaemon.run { daemon in
            let form = Form(Picture.unique(1), as: "F1")
            let answers = try await onThread { [port = daemon.port] in
                let connection = try RawConnection(port: port)
                let refused = Self.head(form).replacingOccurrences(
                    of: "multipart/form-data", with: "application/json")
                connection.send(refused)
                connection.send(form.body)
                var answers = [try connection.answer().status]
                let token = Self.head(form).replacingOccurrences(
                    of: "Host:", with: "Authorization: Token x\r\nHost:")
                connection.send(token)
                connection.send(form.body)
                answers.append(try connection.answer().status)
                connection.send(Self.head(form))
                connection.send(form.body)
                answers.append(try connection.answer().status)
                connection.send("GET /api/photo-analysis/recent/ HTTP/1.1\r\nHost: x\r\n")
                connection.send("X-Fingerprint: F1\r\n\r\n")
                let recent = try connection.answer()
                answers.append(recent.status)
                return answers
            }
            #expect(answers == [415, 401, 201, 200])
        }
    }

    @Test func `a picture that is too large in the middle is refused at once`() async throws {
        try await TestDaemon.run(settings: ["MAX_FILE_SIZE_MB": "1"]) { daemon in
            // The length leaves room for other parts, so that only counting can tell.
            let form = Form([UInt8](repeating: 1, count: 1_900_000))
            let answer = try await onThread { [port = daemon.port] in
                let connection = try RawConnection(port: port)
                connection.send(Self.head(form))
                connection.send(Array(form.body.prefix(1_200_000)))
                return try connection.answer()
            }
            #expect(answer.status == 400)
            #expect(
                answer.body
                    == #"{"image":["Image file too large. Maximum size is 1MB."]}"#)
            let isEmpty = try await eventually { daemon.files(in: "spool").isEmpty }
            #expect(isEmpty)
        }
    }

    @Test func `an upload in chunks is counted as it comes`() async throws {
        try await TestDaemon.run(settings: ["MAX_FILE_SIZE_MB": "1"]) { daemon in
            let small = Form(Picture.unique(1), as: "F1")
            let large = Form([UInt8](repeating: 1, count: 1_100_000))
            let answers = try await onThread { [port = daemon.port] in
                let connection = try RawConnection(port: port)
                return try [small, large].map { form in
                    connection.send(
                        "POST /api/photo-analysis/upload HTTP/1.1\r\nHost: localhost\r\n"
                            + "Content-Type: \(form.contentType)\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n")
                    for start in stride(from: 0, to: form.body.count, by: 10_000) {
                        let piece = form.body[start..<min(start + 10_000, form.body.count)]
                        connection.send(String(piece.count, radix: 16) + "\r\n")
                        connection.send(piece + Array("\r\n".utf8))
                    }
                    connection.send("0\r\n\r\n")
                    return try connection.answer().status
                }
            }
            #expect(answers == [201, 400])
        }
    }

    @Test func `errors of the server itself have the family's shape`() async throws {
        try await TestDaemon.run { daemon in
            let answers = try await onThread { [port = daemon.port] in
                try [
                    "GET /api/chats/discover/\(String(repeating: "x", count: 9000)) HTTP/1.1\r\n"
                        + "Host: x\r\n\r\n",
                    "GET /api/chats/ HTTP/1.1\r\nHost: x\r\nX-Long: "
                        + String(repeating: "x", count: 20_000) + "\r\n\r\n",
                ].map { request in
                    let connection = try RawConnection(port: port)
                    connection.send(request)
                    return try connection.answer()
                }
            }
            #expect(answers.map(\.status) == [414, 431])
            for answer in answers { #expect(answer.body.hasPrefix(#"{"detail":""#)) }
        }
    }
}

/// Carries a connection to the thread that ends it; used by one thread at a time.
private final class Held: @unchecked Sendable {
    let value: RawConnection

    init(_ value: RawConnection) { self.value = value }
}
