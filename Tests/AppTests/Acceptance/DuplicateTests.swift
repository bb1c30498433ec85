import Domain
import Foundation
import HTTP
import Testing

/// Photos that were seen before (§5.2 and §5.3).
@Suite struct DuplicateTests {
    @Test func `rows 2 and 3: the same bytes are answered from the record`() async throws {
        try await TestDaemon.run { daemon in
            let photo = Picture.scene(2).jpeg()
            let first = try await daemon.upload(photo, as: "F1")
            let calls = daemon.provider.calls.count
            var form = Form()
            form.file("image", photo, filename: "x.bin", type: "text/plain")
            form.text("fingerprint", "F2")
            daemon.clock.advance(60)
            let second = try await daemon.upload(form)
            #expect(second.status == 200 && second.json["cached"] == .bool(true))
            #expect(second.json["analysis"] == first.json["analysis"])
            #expect(!second.fields.contains(.location))
            #expect(daemon.provider.calls.count == calls)
            let id = first["analysis.id"]?.string ?? ""
            let recent = try await daemon.get("/api/photo-analysis/recent/", as: "F2")
            #expect(recent["0.id"]?.string == id)
            #expect(try await daemon.get("/api/photo-analysis/\(id)/", as: "F2").status == 200)
            let stranger = try await daemon.get("/api/photo-analysis/recent/", as: "F3")
            #expect(stranger.text == "[]")
            #expect(try await daemon.get("/api/photo-analysis/\(id)/", as: "F3").status == 404)
            #expect(try await daemon.get("/api/photo-analysis/\(id)/").status == 404)
        }
    }

    @Test func `row 5: identical uploads at once are one analysis`() async throws {
        try await TestDaemon.run { daemon in
            let photo = Picture.scene(5).jpeg()
            let answers = try await Self.atOnce(8) { number in
                try await daemon.upload(photo, as: .fingerprint("F\(number)"))
            }
            #expect(answers.map(\.status).sorted() == [200, 200, 200, 200, 200, 200, 200, 201])
            #expect(Set(answers.compactMap { $0["analysis.id"]?.string }).count == 1)
            #expect(daemon.provider.calls(.suggestions).count == 1)
            #expect(daemon.files().count == 2)
        }
    }

    @Test func `row 5: when that one analysis fails, all fail and nothing is left`() async throws {
        try await TestDaemon.run(settings: ["ENABLE_RATE_LIMITING": "true"]) { daemon in
            let gate = DispatchSemaphore(value: 0)
            daemon.provider.on(.suggestions) { _, _ in
                _ = gate.wait(timeout: .now() + 5)
                return .status(401)
            }
            let photo = Picture.scene(55).jpeg()
            async let uploads = Self.atOnce(8) { number in
                try await daemon.upload(photo, as: .fingerprint("F\(number)"))
            }
            // Seven wait in the spool; picture and thumbnail of the eighth are in the store already.
            let haveArrived = try await eventually {
                daemon.files(in: "spool").count == 7 && daemon.files().count == 2
            }
            #expect(haveArrived)
            try await Task.sleep(for: .milliseconds(50))
            gate.signal()
            let answers = try await uploads
            #expect(answers.allSatisfy { $0.status == 500 })
            #expect(daemon.provider.calls(.suggestions).count == 1)
            #expect(answers.count { $0[.xRateLimitRemaining] == "4" } == 1)
            #expect(answers.count { $0[.xRateLimitRemaining] == "5" } == 7)
            #expect(daemon.files().isEmpty && daemon.files(in: "spool").isEmpty)
            let recent = try await daemon.get("/api/photo-analysis/recent/", as: "F1")
            #expect(recent.text == "[]")
        }
    }

    @Test func `row 8: a recompressed copy takes over the analysis`() async throws {
        try await TestDaemon.run(settings: ["ENABLE_PERCEPTUAL_REUSE": "true"]) { daemon in
            let scene = Picture.scene(8)
            let first = try await daemon.upload(scene.jpeg(), as: "F1")
            let calls = daemon.provider.calls.count
            daemon.clock.advance(60)
            let copy = scene.jpeg(quality: 60)
            let second = try await daemon.upload(copy, as: "F1")
            #expect(second.status == 201 && second.json["cached"] == .bool(false))
            #expect(second["analysis.id"] != first["analysis.id"])
            #expect(second["analysis.reused_from"] == first["analysis.id"])
            for key in [
                "suggestions", "ai_vision_model", "caption_full", "caption_model",
                "caption_generated_at", "caption_embedding_generated_at",
                "suggestions_embedding_generated_at",
            ] {
                #expect(second["analysis.\(key)"] == first["analysis.\(key)"], "\(key)")
            }
            for name in ["token_usage", "caption_token_usage"] {
                #expect(second["analysis.\(name).total_tokens"]?.int == 0)
            }
            #expect(second["analysis.created_at"]?.string == "2026-03-01T12:01:00.000Z")
            #expect(second["analysis.file_hash"]?.string == Picture.md5(copy))
            #expect(daemon.provider.calls.count == calls)
            let picture = try await daemon.get(second["analysis.image_url"]?.string ?? "")
            #expect(picture.body == copy)
            try await daemon.set("ENABLE_PERCEPTUAL_REUSE", "false")
            let third = try await daemon.upload(scene.jpeg(quality: 61), as: "F1")
            #expect(third["analysis.reused_from"] == .null)
            #expect(daemon.provider.calls.count == calls + 4)
        }
    }

    @Test func `row 9: a stranger gets a stand-in that opens nothing`() async throws {
        try await TestDaemon.run(settings: ["ENABLE_PERCEPTUAL_REUSE": "true"]) { daemon in
            let scene = Picture.scene(9)
            let first = try await daemon.record(scene.jpeg(), as: "F1")
            let copy = try await daemon.upload(scene.jpeg(quality: 60), as: "F2")
            let standIn = copy["analysis.reused_from"]?.string ?? ""
            #expect(UUID(uuidString: standIn) != nil && standIn != first)
            for path in ["", "image/"] {
                let answer = try await daemon.get(
                    "/api/photo-analysis/\(standIn)/\(path)", as: "F2")
                #expect(answer.status == 404)
            }
            // The same for every copy, and gone for an admin.
            let other = try await daemon.upload(scene.jpeg(quality: 70), as: "F3")
            #expect(other["analysis.reused_from"]?.string == standIn)
            let admin = try await daemon.account("admin@example.org", role: .admin)
            let id = copy["analysis.id"]?.string ?? ""
            let seen = try await daemon.get("/api/photo-analysis/\(id)/", as: .token(admin))
            #expect(seen["reused_from"]?.string == first)
        }
    }

    @Test func `row 10: plain colours are never the same photo`() async throws {
        try await TestDaemon.run(settings: ["ENABLE_PERCEPTUAL_REUSE": "true"]) { daemon in
            for picture in [Picture.plain(255, 0, 0), .plain(0, 0, 255), .plain(255, 0, 1)] {
                let answer = try await daemon.upload(picture.png, as: "F1")
                #expect(answer.status == 201 && answer["analysis.reused_from"] == .null)
            }
            #expect(daemon.provider.calls(.suggestions).count == 3)
        }
    }

    @Test func `a copy is not taken from another model, from an expired record or without caption`()
        async throws
    {
        let settings = ["ENABLE_PERCEPTUAL_REUSE": "true", "ENABLE_CAPTIONS": "false"]
        try await TestDaemon.run(settings: settings) { daemon in
            let scene = Picture.scene(10)
            _ = try await daemon.record(scene.jpeg(quality: 90), as: "F1")
            try await daemon.set("ENABLE_CAPTIONS", "true")
            let captioned = try await daemon.upload(scene.jpeg(quality: 89), as: "F1")
            #expect(captioned["analysis.reused_from"] == .null)
            try await daemon.set("OPENAI_MODEL", "gpt-5")
            let newer = try await daemon.upload(scene.jpeg(quality: 88), as: "F1")
            #expect(newer["analysis.reused_from"] == .null)
            daemon.clock.advance(169 * 3600)
            let later = try await daemon.upload(scene.jpeg(quality: 87), as: "F1")
            #expect(later["analysis.reused_from"] == .null)
            let copy = try await daemon.upload(scene.jpeg(quality: 86), as: "F1")
            #expect(copy["analysis.reused_from"] == later["analysis.id"])
        }
    }

    @Test func `an anonymous duplicate opens the record to whoever has its id`() async throws {
        try await TestDaemon.run { daemon in
            let id = try await daemon.record(Picture.unique(3), as: "F1")
            #expect(try await daemon.get("/api/photo-analysis/\(id)/").status == 404)
            #expect(try await daemon.upload(Picture.unique(3)).status == 200)
            #expect(try await daemon.get("/api/photo-analysis/\(id)/").status == 200)
            #expect(try await daemon.send(.delete, "/api/photo-analysis/\(id)/").status == 404)
        }
    }

    static func atOnce(
        _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Answer
    ) async throws -> [Answer] {
        try await withThrowingTaskGroup(of: Answer.self) { group in
            for number in 0..<count { group.addTask { try await body(number) } }
            var answers: [Answer] = []
            for try await answer in group { answers.append(answer) }
            return answers
        }
    }
}
