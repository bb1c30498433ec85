import HTTP
import Testing

/// The rate limit of uploads (§5.4).
@Suite struct LimitTests {
    private static let limited = ["ENABLE_RATE_LIMITING": "true"]

    private static func detail(_ requests: Int, _ limit: Int) -> String {
        "You have made \(requests) requests in the last hour. Limit: \(limit)/hour."
    }

    @Test func `rows 18 and 19: five new photos an hour, and what costs nothing`() async throws {
        try await TestDaemon.run(settings: Self.limited) { daemon in
            for number in 0..<5 {
                let answer = try await daemon.upload(Picture.unique(number), as: "F1")
                #expect(answer.status == 201)
                #expect(answer[.xRateLimitRemaining] == "\(4 - number)")
            }
            let refused = try await daemon.upload(Picture.unique(5), as: "F1")
            #expect(refused.status == 429)
            #expect(
                refused.text == #"{"error":"Rate limit exceeded","detail":"\#(Self.detail(6, 5))","#
                    + #""retry_after":720}"#)
            #expect(refused[.retryAfter] == "720" && refused[.xRateLimitRemaining] == "0")
            let again = try await daemon.upload(Picture.unique(6), as: "F1")
            #expect(again["detail"]?.string == Self.detail(6, 5))
            daemon.clock.advance(100)
            let duplicate = try await daemon.upload(Picture.unique(0), as: "F1")
            #expect(duplicate.status == 200 && duplicate[.xRateLimitRemaining] == "0")
            let bitmap = try await daemon.upload(Picture.plain(1, 2, 3).bmp, as: "F1")
            #expect(bitmap.status == 400 && bitmap[.xRateLimitRemaining] == "0")
            let later = try await daemon.upload(Picture.unique(6), as: "F1")
            #expect(later[.retryAfter] == "620")
            #expect(try await daemon.upload(Picture.unique(7), as: "F2").status == 201)
        }
    }

    @Test func `every answer of an upload says how both buckets stand`() async throws {
        try await TestDaemon.run(settings: Self.limited) { daemon in
            let first = try await daemon.upload(Picture.unique(0), as: "F1")
            #expect(first[.xRateLimitLimit] == "5")
            #expect(first[.rateLimitPolicy] == #""identity";q=5;w=3600, "address";q=60;w=3600"#)
            #expect(first[.rateLimit] == #""identity";r=4;t=720, "address";r=59;t=60"#)
            let fresh = try await daemon.upload(Form(), as: "F2")
            #expect(fresh.status == 400)
            #expect(fresh[.rateLimit] == #""identity";r=5;t=0, "address";r=59;t=60"#)
            var crowded = Form()
            for number in 0...20 { crowded.text("f\(number)", "x") }
            let long: Fields = ["X-Fingerprint": String(repeating: "x", count: 256)]
            let answers = [
                try await daemon.upload(crowded), try await daemon.upload(Form(), fields: long),
            ]
            for answer in answers {
                #expect(answer.status == 400 && answer[.xRateLimitLimit] == "5")
            }
            let refused = [
                try await daemon.upload(Form(), as: .token("tok_wrong")),
                try await daemon.post(TestDaemon.uploadPath, "{}"),
            ]
            for answer in refused { #expect(!answer.fields.contains(.rateLimit)) }
            let recent = try await daemon.get("/api/photo-analysis/recent/", as: "F1")
            #expect(!recent.fields.contains(.rateLimit))
        }
    }

    @Test func `row 20: twenty new photos an hour for an account`() async throws {
        try await TestDaemon.run(settings: Self.limited) { daemon in
            let ann = Asker.token(try await daemon.account("ann@example.org"))
            let bob = Asker.token(try await daemon.account("bob@example.org"))
            for number in 0..<20 {
                let answer = try await daemon.upload(Picture.unique(number), as: ann)
                #expect(answer.status == 201)
            }
            let refused = try await daemon.upload(Picture.unique(20), as: ann)
            #expect(refused.status == 429 && refused["detail"]?.string == Self.detail(21, 20))
            #expect(refused[.rateLimitPolicy] == #""identity";q=20;w=3600"#)
            #expect(try await daemon.upload(Picture.unique(21), as: bob).status == 201)
        }
    }

    @Test func `row 21: a restart changes nothing`() async throws {
        let folder = try TemporaryFolder()
        let clock = TestClock()
        try await TestDaemon.run(settings: Self.limited, clock: clock, folder: folder) { daemon in
            for number in 0..<5 { _ = try await daemon.upload(Picture.unique(number), as: "F1") }
        }
        try await TestDaemon.run(settings: Self.limited, clock: clock, folder: folder) { daemon in
            let refused = try await daemon.upload(Picture.unique(5), as: "F1")
            #expect(refused.status == 429 && refused["detail"]?.string == Self.detail(6, 5))
            #expect(refused[.retryAfter] == "720")
            #expect(try await daemon.upload(Picture.unique(0), as: "F2").status == 200)
        }
    }

    @Test func `row 21: a token flows back each minute at sixty an hour`() async throws {
        let limits = ["RATE_LIMIT_ANONYMOUS": "60", "RATE_LIMIT_ADDRESS": "1000"]
        try await TestDaemon.run(settings: Self.limited.merging(limits) { $1 }) { daemon in
            for number in 0..<60 {
                #expect(try await daemon.upload(Picture.unique(number), as: "F3").status == 201)
            }
            let refused = try await daemon.upload(Picture.unique(60), as: "F3")
            #expect(refused.status == 429 && refused[.retryAfter] == "60")
            daemon.clock.advance(60)
            #expect(try await daemon.upload(Picture.unique(61), as: "F3").status == 201)
            #expect(try await daemon.upload(Picture.unique(62), as: "F3").status == 429)
        }
    }

    @Test func `row 22: fingerprints and made-up addresses do not widen the limit`() async throws {
        try await TestDaemon.run(settings: Self.limited) { daemon in
            for number in 0..<61 {
                let answer = try await daemon.upload(
                    Picture.unique(number), as: .fingerprint("F\(number)"),
                    fields: [.xForwardedFor: "10.0.0.\(number)"])
                #expect(answer.status == (number < 60 ? 201 : 429))
                if number == 60 { #expect(answer["detail"]?.string == Self.detail(61, 60)) }
            }
        }
    }

    @Test func `a trusted proxy tells the client's address`() async throws {
        let environment = ["TINTYPE_TRUSTED_PROXIES": "127.0.0.0/8"]
        let settings = Self.limited.merging(["RATE_LIMIT_ANONYMOUS": "1"]) { $1 }
        try await TestDaemon.run(environment: environment, settings: settings) { daemon in
            let hops = [
                ("203.0.113.9", 201), ("203.0.113.9", 429), ("198.51.100.1, 203.0.113.9", 429),
                ("203.0.113.9, 127.0.0.2", 429), ("203.0.113.10", 201),
                ("2001:db8::1", 201), ("2001:db8::2", 429), ("2001:db8:0:1::1", 201),
            ]
            for (number, (hop, status)) in hops.enumerated() {
                let answer = try await daemon.upload(
                    Picture.unique(number), fields: [.xForwardedFor: hop])
                #expect(answer.status == status, "\(hop)")
            }
        }
    }

    @Test func `row 23: limit 0 blocks, and limiting switched off counts nothing`() async throws {
        try await TestDaemon.run(settings: Self.limited) { daemon in
            try await daemon.set("RATE_LIMIT_ANONYMOUS", "0")
            let refused = try await daemon.upload(Picture.unique(0), as: "F1")
            #expect(refused.status == 429 && refused[.retryAfter] == "3600")
            #expect(refused["detail"]?.string == Self.detail(1, 0))
            try await daemon.set("ENABLE_RATE_LIMITING", "false")
            let free = try await daemon.upload(Picture.unique(0), as: "F1")
            #expect(free.status == 201)
            for name in ["X-RateLimit-Limit", "X-RateLimit-Remaining", "RateLimit"] {
                #expect(!free.fields.contains(Fields.Name(name)))
            }
            try await daemon.set("ENABLE_RATE_LIMITING", "true")
            try await daemon.set("RATE_LIMIT_ANONYMOUS", "2")
            let counted = try await daemon.upload(Picture.unique(1), as: "F1")
            #expect(counted[.xRateLimitRemaining] == "1")
        }
    }

    @Test func `a changed limit holds at once`() async throws {
        try await TestDaemon.run(settings: Self.limited) { daemon in
            for number in 0..<3 { _ = try await daemon.upload(Picture.unique(number), as: "F1") }
            try await daemon.set("RATE_LIMIT_ANONYMOUS", "10")
            let more = try await daemon.upload(Picture.unique(3), as: "F1")
            #expect(more[.xRateLimitRemaining] == "6")
            try await daemon.set("RATE_LIMIT_ANONYMOUS", "4")
            let refused = try await daemon.upload(Picture.unique(4), as: "F1")
            #expect(refused["detail"]?.string == Self.detail(5, 4))
            #expect(refused[.retryAfter] == "900")
        }
    }

    @Test func `uploads at once take as many tokens as there are`() async throws {
        try await TestDaemon.run(settings: Self.limited) { daemon in
            let answers = try await DuplicateTests.atOnce(12) { number in
                try await daemon.upload(Picture.unique(number), as: "F1")
            }
            #expect(answers.count { $0.status == 201 } == 5)
            #expect(answers.count { $0.status == 429 } == 7)
        }
    }

    @Test func `a copy and a failed analysis cost a token`() async throws {
        let settings = Self.limited.merging(["ENABLE_PERCEPTUAL_REUSE": "true"]) { $1 }
        try await TestDaemon.run(settings: settings) { daemon in
            _ = try await daemon.upload(Picture.scene(1).jpeg(), as: "F1")
            let copy = try await daemon.upload(Picture.scene(1).jpeg(quality: 70), as: "F1")
            #expect(copy[.xRateLimitRemaining] == "3")
            daemon.provider.on(.suggestions) { _, _ in .status(400) }
            let failed = try await daemon.upload(Picture.scene(2).jpeg(), as: "F1")
            #expect(failed.status == 500 && failed[.xRateLimitRemaining] == "2")
        }
    }
}
