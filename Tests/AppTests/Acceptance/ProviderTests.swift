import HTTP
import Testing

/// Which provider is asked, and what its failures look like (§6.1, §6.2, §6.5).
@Suite struct ProviderTests {
    private static func failure(_ reason: String) -> String {
        #"{"error":"Photo analysis failed","detail":"OpenAI API error: \#(reason)"}"#
    }

    @Test func `row 24: without key and address nothing is analysed, and duplicates go on`()
        async throws
    {
        let folder = try TemporaryFolder()
        try await TestDaemon.run(folder: folder) { daemon in
            _ = try await daemon.upload(Picture.unique(1), as: "F1")
        }
        let environment = ["OPENAI_BASE_URL": ""]
        let settings = ["ENABLE_RATE_LIMITING": "true"]
        try await TestDaemon.run(environment: environment, settings: settings, folder: folder) {
            daemon in
            let refused = try await daemon.upload(Picture.unique(2), as: "F1")
            #expect(refused.status == 503)
            #expect(refused.text == #"{"error":"OpenAI API not configured"}"#)
            #expect(refused[.xRateLimitRemaining] == "5")
            #expect(try await daemon.upload(Picture.unique(1), as: "F1").status == 200)
            let bitmap = try await daemon.upload(Picture.plain(1, 2, 3).bmp)
            #expect(bitmap.status == 400)
            try await daemon.set("RATE_LIMIT_ANONYMOUS", "0")
            #expect(try await daemon.upload(Picture.unique(2), as: "F1").status == 429)
        }
    }

    @Test func `an address that is not loopback needs a key`() async throws {
        let environment = ["OPENAI_BASE_URL": "https://models.example/v1"]
        try await TestDaemon.run(environment: environment) { daemon in
            for provider in ["openai", "auto"] {
                try await daemon.set("PROVIDER", provider)
                #expect(try await daemon.upload(Picture.unique(1)).status == 503)
            }
        }
    }

    @Test func `row 25: auto without key and address is the built-in provider`() async throws {
        try await TestDaemon.run(
            environment: ["OPENAI_BASE_URL": ""], settings: ["PROVIDER": "auto"]
        ) { daemon in
            let answer = try await daemon.upload(Picture.scene(25).jpeg(), as: "F1")
            #expect(answer.status == 201)
            #expect(answer["analysis.ai_vision_model"]?.string == "tintype-builtin-1")
            #expect(answer["analysis.caption_model"]?.string == "tintype-builtin-1")
            #expect(answer["analysis.token_usage.total_tokens"]?.int == 0)
            #expect(answer["analysis.suggestions"]?.array?.count == 10)
            #expect(daemon.provider.calls.isEmpty)
        }
    }

    @Test(arguments: [
        (401, "Authentication failed", 1), (403, "Authentication failed", 1),
        (429, "Rate limit exceeded", 3), (500, "Server error", 3), (503, "Server error", 3),
        (400, "Request rejected", 1), (404, "Request rejected", 1), (409, "Request rejected", 3),
    ])
    func `row 29: a status of the provider becomes a sentence`(
        status: Int, reason: String, calls: Int
    ) async throws {
        let environment = ["OPENAI_API_KEY": "sk-secret-4711"]
        try await TestDaemon.run(environment: environment) { daemon in
            let echo = #"{"error":{"message":"Incorrect API key provided: sk-secret-4711"}}"#
            daemon.provider.on(.suggestions) { _, _ in .status(status, echo) }
            let answer = try await daemon.upload(Picture.unique(1), as: "F1")
            #expect(answer.status == 500 && answer.text == Self.failure(reason))
            #expect(daemon.provider.calls(.suggestions).count == calls)
            #expect(daemon.provider.calls[0].fields[.authorization] == "Bearer sk-secret-4711")
            #expect(!daemon.log.contains("sk-secret-4711"))
            #expect(daemon.log.contains("a provider call failed"))
            #expect(daemon.files().isEmpty && daemon.files(in: "spool").isEmpty)
        }
    }

    @Test func `row 29: garbage and nothing at all become sentences`() async throws {
        try await TestDaemon.run { daemon in
            daemon.provider.on(.suggestions) { _, _ in .raw(200, [], "<html>") }
            let garbage = try await daemon.upload(Picture.unique(1))
            #expect(garbage.status == 500 && garbage.text == Self.failure("Invalid response"))
            daemon.provider.on(.suggestions) { _, _ in .content("I cannot help with that.") }
            let refusal = try await daemon.upload(Picture.unique(1))
            #expect(refusal.text == Self.failure("No usable suggestions"))
            daemon.provider.on(.suggestions) { _, _ in .hangUp }
            let silence = try await daemon.upload(Picture.unique(1))
            #expect(silence.text == Self.failure("Connection failed"))
            daemon.provider.stop()
            let nobody = try await daemon.upload(Picture.unique(1))
            #expect(nobody.text == Self.failure("Connection failed"))
        }
    }

    @Test func `row 30: a provider that stumbles is asked again`() async throws {
        let good = RecordingProvider.suggestions(RecordingProvider.titles)
        try await TestDaemon.run { daemon in
            daemon.provider.on(.suggestions) { _, number in
                number < 2 ? .status(500) : .content(good)
            }
            let stumbled = try await daemon.upload(Picture.unique(1))
            #expect(stumbled.status == 201)
            #expect(daemon.provider.calls(.suggestions).count == 3)
            let pauses = daemon.pauses.all
            #expect(pauses.count == 2)
            #expect(pauses[0] >= .milliseconds(500) && pauses[1] >= .seconds(1))
        }
        try await TestDaemon.run { daemon in
            daemon.provider.on(.suggestions) { _, number in
                number == 0 ? .raw(429, [("Retry-After", "1")], "{}") : .content(good)
            }
            let waited = try await daemon.upload(Picture.unique(1))
            #expect(waited.status == 201)
            #expect(daemon.pauses.all == [.seconds(1)])
            daemon.provider.on(.suggestions) { _, _ in .raw(429, [("Retry-After", "31")], "{}") }
            let hopeless = try await daemon.upload(Picture.unique(2))
            #expect(hopeless.status == 500)
            #expect(daemon.provider.calls(.suggestions).count == 3)
        }
    }

    @Test func `row 31: the built-in provider steps in where that is wished`() async throws {
        try await TestDaemon.run(settings: ["FALLBACK_TO_BUILTIN": "true"]) { daemon in
            daemon.provider.stop()
            let answer = try await daemon.upload(Picture.scene(31).jpeg())
            #expect(answer.status == 201)
            #expect(answer["analysis.ai_vision_model"]?.string == "tintype-builtin-1")
            #expect(answer["analysis.suggestions_embedding_generated_at"]?.string != nil)
        }
    }

    @Test func `a failed suggestion call cancels the caption`() async throws {
        let arrived = Rendezvous(2)
        try await TestDaemon.run { daemon in
            daemon.provider.on(.suggestions) { _, _ in
                arrived.arrive()
                return .status(401)
            }
            daemon.provider.on(.caption) { _, _ in
                arrived.arrive()
                // Would be asked again if it were still wanted.
                return .status(500)
            }
            let answer = try await daemon.upload(Picture.unique(1))
            #expect(answer.text == Self.failure("Authentication failed"))
            #expect(daemon.provider.calls(.embedding).isEmpty)
        }
    }
}
