import Foundation
import HTTP
import HTTPClient
import ScriptedServer
import Synchronization
import Testing

/// An image whose daemon dies in the middle of an attempt.
@Suite struct ProcessingCrashTests {
    @Test func `row 22: a killed attempt is due at the next start, and no retry`() async throws {
        let folder = try TemporaryFolder()
        let directory = folder.path + "/data"
        let calls = CallCounter()
        let fake = try ScriptedServer { _, peer in
            // The first call is never answered.
            guard calls.next() > 1 else { return }
            let numbers = Array(repeating: "0.1", count: 1536).joined(separator: ",")
            peer.answer(
                fields: [("Content-Type", "application/json")],
                text: #"{"data":[{"embedding":[\#(numbers)]}]}"#)
        }
        let environment = [
            "OPENAI_BASE_URL": fake.url, "EMBEDDING_PROVIDER": "openai",
            "RETRY_QUEUE_INTERVAL_S": "0", "CRON_SECRET": "timer",
        ]
        let made = try await DaemonProcess.run(
            ["users", "create", "a@example.org", "--role", "user", "--password-stdin"],
            in: directory, prefix: ["/bin/sh", "-c", #"echo a-password | "$0" "$@""#])
        #expect(made.code == 0)
        let printed = try await DaemonProcess.run(
            ["tokens", "create", "--user", "a@example.org"], in: directory)
        let token = try #require(
            printed.output.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("tok_") })
        let fields: Fields = [
            .authorization: "Bearer \(token)", .contentType: "application/json",
        ]
        let first = try DaemonProcess(directory, environment)
        try await first.ready()
        var form = Form()
        form.text("id", "boats")
        form.text("title", "Boats")
        form.file("file", Picture.unique(22))
        var head = fields
        head[.contentType] = form.contentType
        let added = try await first.send(
            ClientRequest(
                .post, "http://localhost/functions/v1/images", fields: head, body: form.body))
        #expect(added.status == .created)
        let process = ClientRequest(
            .post, "http://localhost/functions/v1/process_image", fields: fields,
            body: Array(#"{"imageId":"boats"}"#.utf8))
        let attempt = Task { try? await first.send(process) }
        let isAsked = try await eventually { calls.count == 1 }
        #expect(isAsked)
        try await first.killNow()
        _ = await attempt.value
        let second = try DaemonProcess(directory, environment)
        try await second.ready()
        let detail = ClientRequest(
            .get, "http://localhost/functions/v1/images/boats", fields: fields)
        let row = Answer(try await second.send(detail))
        #expect(row["image.metadata_status"]?.string == "pending")
        #expect(row["image.retry_count"]?.int == 0)
        #expect(row["image.next_retry_at"]?.string != nil)
        let worked = Answer(
            try await second.send(
                ClientRequest(
                    .post, "http://localhost/functions/v1/retry_queue",
                    fields: [.authorization: "Bearer timer"])))
        #expect(worked["results.0.status"]?.string == "success")
        #expect(worked["results.0.result.status"]?.string == "complete")
        #expect(try await second.stop() == 0)
    }
}

/// Counts calls from several threads.
private final class CallCounter: Sendable {
    private let calls = Mutex(0)

    var count: Int { calls.withLock { $0 } }

    func next() -> Int {
        calls.withLock { calls in
            calls += 1
            return calls
        }
    }
}
