import Foundation
import HTTP
import Testing

/// Requests that are sent twice under one key.
@Suite struct IdempotencyTests {
    private static let key: Fields = [.idempotencyKey: "4711"]

    @Test func `row 60: the first answer again, and 422 for another body`() async throws {
        try await TestDaemon.run { daemon in
            let first = try await daemon.upload(Picture.unique(1), as: "F1", fields: Self.key)
            let again = try await daemon.upload(Picture.unique(1), as: "F1", fields: Self.key)
            #expect(first.status == 201 && again.status == 201)
            #expect(again.body == first.body && again[.location] == first[.location])
            let recent = try await daemon.get("/api/photo-analysis/recent/", as: "F1")
            #expect(recent.json.array?.count == 1)
            let other = try await daemon.upload(Picture.unique(2), as: "F1", fields: Self.key)
            #expect(other.status == 422 && other.json.object?.map(\.key) == ["detail"])
            // The key is the caller's own.
            let stranger = try await daemon.upload(Picture.unique(2), as: "F2", fields: Self.key)
            #expect(stranger.status == 201)
            daemon.clock.advance(24 * 3600 + 1)
            let later = try await daemon.upload(Picture.unique(3), as: "F1", fields: Self.key)
            #expect(later.status == 201)
        }
    }

    @Test func `a replay says how the limit stands`() async throws {
        try await TestDaemon.run(settings: ["ENABLE_RATE_LIMITING": "true"]) { daemon in
            for _ in 0..<3 {
                let answer = try await daemon.upload(
                    Picture.unique(1), as: "F1", fields: Self.key)
                #expect(answer.status == 201 && answer[.xRateLimitRemaining] == "4")
            }
        }
    }

    @Test func `a key whose request is still running is in the way`() async throws {
        try await TestDaemon.run { daemon in
            let gate = DispatchSemaphore(value: 0)
            daemon.provider.on(.suggestions) { _, _ in
                _ = gate.wait(timeout: .now() + 5)
                return .content(RecordingProvider.suggestions(RecordingProvider.titles))
            }
            async let first = daemon.upload(Picture.unique(1), as: "F1", fields: Self.key)
            let isAsked = try await eventually { !daemon.provider.calls.isEmpty }
            #expect(isAsked)
            let second = try await daemon.upload(Picture.unique(1), as: "F1", fields: Self.key)
            #expect(second.status == 409 && second.json.object?.map(\.key) == ["detail"])
            gate.signal()
            #expect(try await first.status == 201)
        }
    }

    @Test func `what failed may be tried again under its key`() async throws {
        try await TestDaemon.run { daemon in
            daemon.provider.on(.suggestions) { _, number in
                number == 0
                    ? .status(400)
                    : .content(RecordingProvider.suggestions(RecordingProvider.titles))
            }
            let first = try await daemon.upload(Picture.unique(1), as: "F1", fields: Self.key)
            #expect(first.status == 500)
            let again = try await daemon.upload(Picture.unique(1), as: "F1", fields: Self.key)
            #expect(again.status == 201)
        }
    }

    @Test func `choosing and joining are done once too`() async throws {
        try await TestDaemon.run { daemon in
            let id = try await daemon.record(Picture.unique(1), as: "F1")
            let body = #"{"photo_analysis_id":"\#(id)","room_code":"fishing"}"#
            let path = "/api/chats/create-from-photo/"
            let first = try await daemon.post(path, as: "F1", fields: Self.key, body)
            let again = try await daemon.post(
                String(path.dropLast()), as: "F1", fields: Self.key, body)
            #expect(first.status == 201 && again.status == 201 && again.body == first.body)
            let detail = try await daemon.get("/api/photo-analysis/\(id)/", as: "F1")
            #expect(detail["times_used"]?.int == 1)
            let spaced = body.replacingOccurrences(of: ",", with: " , ")
            let same = try await daemon.post(path, as: "F1", fields: Self.key, spaced)
            #expect(same.status == 201)
            let other = body.replacingOccurrences(of: "fishing", with: "travel")
            let refused = try await daemon.post(path, as: "F1", fields: Self.key, other)
            #expect(refused.status == 422)
            let join = "/api/chats/discover/fishing/join/"
            for _ in 0..<2 {
                let joined = try await daemon.post(join, as: "F2", fields: Self.key, "{}")
                #expect(joined.status == 201)
            }
        }
    }

    @Test func `a key has a form`() async throws {
        try await TestDaemon.run { daemon in
            for key in [String(repeating: "x", count: 256), "with space", ""] {
                let answer = try await daemon.upload(
                    Picture.unique(1), fields: [.idempotencyKey: key])
                #expect(answer.status == 400 && answer.json.object?.map(\.key) == ["detail"])
            }
        }
    }
}
