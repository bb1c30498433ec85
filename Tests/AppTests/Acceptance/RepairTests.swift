import HTTP
import Testing

/// What is made of the things that models write (§6.3).
@Suite struct RepairTests {
    private static func items(_ count: Int, from first: Int = 1) -> String {
        RecordingProvider.suggestions((first..<first + count).map { "Topic \($0)" })
    }

    @Test func `row 26: fences, too many items and broken ones`() async throws {
        try await TestDaemon.run { daemon in
            let full = Self.items(10)
            daemon.provider.on(.suggestions) { _, _ in
                .content("Here you are:\n```json\n\(full)\n```\nEnjoy!")
            }
            let fenced = try await daemon.upload(Picture.unique(1))
            #expect(fenced.status == 201)
            #expect(fenced["analysis.suggestions"]?.array?.count == 10)
            daemon.provider.on(.suggestions) { _, _ in .content(Self.items(15)) }
            let many = try await daemon.upload(Picture.unique(2))
            #expect(many["analysis.suggestions"]?.array?.count == 10)
            #expect(many["analysis.suggestions.9.key"]?.string == "topic-10")
            daemon.provider.on(.suggestions) { _, number in
                number == 2
                    ? .content(
                        #"{"suggestions":[1,null,"x",{"key":"a"},{"name":7},{"name":" Good "},"#
                            + #"{"name":"Fine","description":9}]}"#)
                    : .content(Self.items(8))
            }
            let broken = try await daemon.upload(Picture.unique(3))
            let names = broken["analysis.suggestions"]?.array?.compactMap { $0["name"]?.string }
            #expect(names?.prefix(3) == ["Good", "Fine", "Topic 1"] && names?.count == 10)
            #expect(broken["analysis.suggestions.1.description"]?.string == "Chat about fine")
            #expect(daemon.provider.calls(.suggestions).count == 4)
        }
    }

    @Test func `row 27: keys become unique slugs`() async throws {
        try await TestDaemon.run { daemon in
            let long = String(repeating: "k", count: 150)
            let keys = ["X Y", "../a b", "Café", "café", long, "x-y", "日本"]
            daemon.provider.on(.suggestions) { _, _ in
                let items = keys.enumerated().map {
                    #"{"name":"Name \#($0.offset)","key":"\#($0.element)"}"#
                }
                return .content(#"{"suggestions":[\#(items.joined(separator: ","))]}"#)
            }
            let answer = try await daemon.upload(Picture.unique(1))
            let slugs = answer["analysis.suggestions"]?.array?.compactMap { $0["key"]?.string }
            #expect(
                slugs == [
                    "x-y", "a-b", "cafe", String(repeating: "k", count: 100), "name-6",
                ])
        }
    }

    @Test func `row 28: what is missing is asked for once`() async throws {
        try await TestDaemon.run { daemon in
            daemon.provider.on(.suggestions) { _, number in
                .content(number == 0 ? Self.items(4) : Self.items(6, from: 5))
            }
            let answer = try await daemon.upload(Picture.unique(1))
            #expect(answer["analysis.suggestions"]?.array?.count == 10)
            #expect(answer["analysis.token_usage.total_tokens"]?.int == 300)
            let calls = daemon.provider.calls(.suggestions)
            #expect(calls.count == 2)
            for number in 1...4 { #expect(calls.last?.text.contains("Topic \(number)") == true) }
            #expect(calls.last?.text.contains(" 6 ") == true)
            daemon.provider.on(.suggestions) { _, _ in .content(Self.items(1)) }
            let single = try await daemon.upload(Picture.unique(2))
            #expect(single.status == 201)
            #expect(single["analysis.suggestions"]?.array?.count == 1)
            #expect(daemon.provider.calls(.suggestions).count == 4)
            daemon.provider.on(.suggestions) { _, number in
                number == 4 ? .content(Self.items(3)) : .status(401)
            }
            let some = try await daemon.upload(Picture.unique(3))
            #expect(some["analysis.suggestions"]?.array?.count == 3)
        }
    }

    @Test func `row 32: a caption that fails or is off leaves its fields empty`() async throws {
        try await TestDaemon.run { daemon in
            let replies: [RecordingProvider.Reply] = [
                .content(#"{"title":"Only a title"}"#), .content("no JSON"), .status(400),
            ]
            for (number, reply) in replies.enumerated() {
                daemon.provider.on(.caption) { _, _ in reply }
                Self.expectNoCaption(try await daemon.upload(Picture.unique(number)))
            }
            let calls = daemon.provider.calls(.caption).count
            try await daemon.set("ENABLE_CAPTIONS", "false")
            Self.expectNoCaption(try await daemon.upload(Picture.unique(9)))
            #expect(daemon.provider.calls(.caption).count == calls)
            #expect(daemon.provider.calls(.embedding).count == 4)
        }
    }

    private static func expectNoCaption(_ answer: Answer) {
        #expect(answer.status == 201)
        for name in ["title", "category", "visible_text", "full", "model"] {
            #expect(answer["analysis.caption_\(name)"]?.string == "")
        }
        for name in ["generated_at", "token_usage", "embedding_generated_at"] {
            #expect(answer["analysis.caption_\(name)"] == .null)
        }
        #expect(answer["analysis.suggestions_embedding_generated_at"]?.string != nil)
    }

    @Test func `captions are cut`() async throws {
        try await TestDaemon.run { daemon in
            let long = String(repeating: "ä", count: 3000)
            daemon.provider.on(.caption) { _, _ in
                .content(
                    #"{"title":"\#(long)","category":"\#(long)","visible_text":"\#(long)","#
                        + #""caption":" \#(long)"}"#)
            }
            let answer = try await daemon.upload(Picture.unique(1))
            let lengths = ["title", "category", "visible_text", "full"].map { name in
                answer["analysis.caption_\(name)"]?.string?.unicodeScalars.count
            }
            #expect(lengths == [255, 100, 2000, 2000])
        }
    }

    @Test func `row 35: an embedding that fails is absent, and no more`() async throws {
        try await TestDaemon.run { daemon in
            let replies: [RecordingProvider.Reply] = [
                .vector([Float](repeating: 0.1, count: 1535)), .status(400),
                .vector([Float](repeating: 0, count: 1536)),
                .vector([Float](repeating: .nan, count: 1536)), .raw(200, [], "garbage"),
            ]
            for (number, reply) in replies.enumerated() {
                daemon.provider.on(.embedding) { _, _ in reply }
                let answer = try await daemon.upload(Picture.unique(number), as: "F1")
                #expect(answer.status == 201)
                #expect(answer["analysis.caption_embedding_generated_at"] == .null)
                #expect(answer["analysis.suggestions_embedding_generated_at"] == .null)
                #expect(answer["similar_rooms"] == .array([]))
            }
            let plain = RecordingProvider.vector(0.5).map { $0 * 7 }
            daemon.provider.on(.embedding) { _, _ in .plainVector(plain) }
            let answer = try await daemon.upload(Picture.unique(9))
            #expect(answer["analysis.suggestions_embedding_generated_at"]?.string != nil)
        }
    }
}
