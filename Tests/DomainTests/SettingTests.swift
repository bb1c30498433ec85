import Domain
import Testing

struct SettingTests {
    @Test(arguments: Setting.all.map(\.name))
    func `every entry has a valid default, a sentence of help and a name of its own`(name: String)
        throws
    {
        let setting = try #require(Setting.named(name))
        #expect(Setting.all.filter { $0.name == name }.count == 1)
        #expect(setting.help.hasSuffix(".") && setting.help.first?.isUppercase == true)
        if let flag = setting.flag {
            #expect(Setting.all.filter { $0.flag == flag }.count == 1)
            #expect(!setting.isSecret && !setting.isLive && flag.hasPrefix("--"))
        }
        if !setting.defaultText.isEmpty {
            #expect(try setting.parse(setting.defaultText) == setting.defaultValue)
            #expect(setting.render(setting.defaultValue) == setting.defaultText)
        }
    }

    @Test func `the live settings of photo analysis are those of the contract with its defaults`() {
        let rows = Setting.live.filter { $0.name.hasPrefix("PHOTO_") }.map {
            "\($0.name)=\($0.render($0.defaultValue))"
        }
        .filter { !$0.contains("PROMPT=") }
        .map { $0.replacing("PHOTO_ANALYSIS_", with: "–") }
        #expect(
            rows.sorted() == [
                "PHOTO_SIMILARITY_MAX_DISTANCE=0.3", "PHOTO_SIMILARITY_MAX_RESULTS=5",
                "PHOTO_SIMILARITY_MIN_USERS=1", "–AUTO_CLEANUP=true", "–CAPTION_MODEL=gpt-4o",
                "–CAPTION_TEMPERATURE=0.2", "–DETAIL_MODE=low",
                "–EMBEDDING_MODEL=text-embedding-3-small", "–ENABLE_CAPTIONS=true",
                "–ENABLE_PERCEPTUAL_REUSE=true", "–ENABLE_RATE_LIMITING=true",
                "–FALLBACK_TO_BUILTIN=false", "–IMAGE_ACCESS=link", "–IMAGE_TTL_HOURS=168",
                "–MAX_FILE_SIZE_MB=10", "–MAX_MEGAPIXELS=2", "–OPENAI_MODEL=gpt-4o",
                "–PHASH_THRESHOLD=5", "–PROVIDER=auto", "–RATE_LIMIT_ADDRESS=60",
                "–RATE_LIMIT_ANONYMOUS=5", "–RATE_LIMIT_AUTHENTICATED=20", "–TEMPERATURE=0.7",
                "–USE_S3=true",
            ])
    }

    @Test(arguments: [
        ("PHOTO_ANALYSIS_MAX_MEGAPIXELS", " 0.1 ", "0.1"),
        ("PHOTO_ANALYSIS_MAX_MEGAPIXELS", "50.00", "50"),
        ("PHOTO_ANALYSIS_IMAGE_TTL_HOURS", "0.00001", "0.00001"),
        ("PHOTO_ANALYSIS_IMAGE_TTL_HOURS", "0.000000123", "0.000000123"),
        ("PHOTO_ANALYSIS_PHASH_THRESHOLD", "16", "16"),
        ("PHOTO_ANALYSIS_USE_S3", "Off", "false"),
        ("PHOTO_ANALYSIS_PROVIDER", "OpenAI", "openai"),
        ("PHOTO_ANALYSIS_PROMPT", "a\n\tb ", "a\n\tb "),
        ("OPENAI_BASE_URL", "HTTP://Localhost:9/v1//", "http://Localhost:9/v1"),
        (
            "TINTYPE_LISTEN", "[::1]:80, unix:/run/t.sock,9000",
            "[::1]:80,unix:/run/t.sock,127.0.0.1:9000"
        ),
        ("TINTYPE_TRUSTED_PROXIES", "10.0.0.0/8,::1", "10.0.0.0/8,::1"),
        ("FETCH_PORTS", " 80, 8080,", "80,8080"),
        (
            "FETCH_ALLOW_HOSTS", "Pictures.Example:8080, [::1]:9, ::1,a",
            "pictures.example:8080,[::1]:9,::1,a"
        ),
        ("TINTYPE_SHUTDOWN_TIMEOUT", "90", "90s"),
        ("TINTYPE_SHUTDOWN_TIMEOUT", "1.5m", "90s"),
        ("TINTYPE_SHUTDOWN_TIMEOUT", "250 ms", "250ms"),
        ("TINTYPE_DECODE_MEMORY", "1g", "1GiB"),
        ("TINTYPE_DECODE_MEMORY", "67108865", "67108865"),
        ("OPENAI_API_KEY", "sk-1", "(secret)"),
    ])
    func `valid text is read and written in one way`(name: String, text: String, shown: String)
        throws
    {
        let setting = try #require(Setting.named(name))
        let value = try setting.parse(text)
        #expect(setting.render(value) == shown)
        if !setting.isSecret { #expect(try setting.parse(shown) == value) }
    }

    @Test(arguments: [
        ("PHOTO_ANALYSIS_MAX_MEGAPIXELS", "99", "a number from 0.1 to 50.0, not \"99\""),
        ("PHOTO_ANALYSIS_MAX_MEGAPIXELS", "nan", "a number from 0.1 to 50.0"),
        ("PHOTO_ANALYSIS_MAX_MEGAPIXELS", "1e1", "a number from 0.1 to 50.0"),
        ("PHOTO_ANALYSIS_MAX_MEGAPIXELS", "0x1p2", "a number from 0.1 to 50.0"),
        ("PHOTO_ANALYSIS_MAX_MEGAPIXELS", "", "a number from 0.1 to 50.0"),
        ("PHOTO_ANALYSIS_PHASH_THRESHOLD", "5.5", "a whole number from 0 to 16, not \"5.5\""),
        ("PHOTO_ANALYSIS_PHASH_THRESHOLD", "5.0", "a whole number from 0 to 16"),
        ("PHOTO_ANALYSIS_PHASH_THRESHOLD", "-1", "a whole number from 0 to 16"),
        ("PHOTO_ANALYSIS_PHASH_THRESHOLD", "99999999999999999999", "a whole number from 0 to 16"),
        ("PHOTO_ANALYSIS_USE_S3", "maybe", "true or false"),
        ("PHOTO_ANALYSIS_PROVIDER", "azure", "one of auto, openai, builtin"),
        ("PHOTO_ANALYSIS_PROMPT", "", "text of 1 to 20000 characters"),
        ("PHOTO_ANALYSIS_OPENAI_MODEL", "a\u{0}b", "must not contain control characters"),
        ("OPENAI_BASE_URL", "ftp://x", "an http or https URL"),
        ("OPENAI_BASE_URL", "http://user:pw@x", "an http or https URL"),
        ("OPENAI_BASE_URL", "http://", "an http or https URL"),
        ("OPENAI_BASE_URL", "http://unix:9", "an http or https URL"),
        ("TINTYPE_LISTEN", "127.0.0.1:70000", "HOST:PORT or unix:PATH"),
        ("TINTYPE_LISTEN", "::1:80:", "HOST:PORT or unix:PATH"),
        ("TINTYPE_TRUSTED_PROXIES", "10.0.0.1/8", "addresses or networks"),
        ("TINTYPE_TRUSTED_PROXIES", "10.0.0.0/33", "addresses or networks"),
        ("TINTYPE_SHUTDOWN_TIMEOUT", "11m", "a time from 0s to 10m"),
        ("TINTYPE_DECODE_MEMORY", "9999999999g", "a size from 64MiB to 1024GiB"),
        ("FETCH_PORTS", "80,65536", "numbers of ports"),
        ("FETCH_ALLOW_HOSTS", "http://a", "hosts with or without a port"),
        ("JWT_SECRET", "short", "a secret of at least 32 bytes"),
    ])
    func `invalid text is refused with the range`(name: String, text: String, words: String) throws
    {
        let setting = try #require(Setting.named(name))
        let error = try #require(throws: SettingError.self) { try setting.parse(text) }
        #expect(error.message.contains(words))
        #expect(error.message.hasPrefix(name) && error.message.hasSuffix("."))
        if setting.isSecret { #expect(!error.message.contains(text)) }
    }

    @Test func `a snapshot answers by typed key and changes only as a copy`() throws {
        let first = LiveSettings.defaults
        let second = try first.setting("PHOTO_ANALYSIS_MAX_MEGAPIXELS", to: "0.5")
        #expect(first[.maxMegapixels] == 2)
        #expect(second[.maxMegapixels] == 0.5)
        #expect(second[.provider] == .auto)
        #expect(second[.suggestionsPrompt] == DefaultPrompts.suggestions)
        #expect(throws: SettingError.self) { try first.setting("TINTYPE_LISTEN", to: "9000") }
    }

    @Test func `every key names an entry of its type, and every entry has a key`() {
        let live = LiveSettings.defaults
        var named: Set<String> = []
        func read<Value>(_ keys: SettingKey<Value>...) {
            for key in keys {
                _ = live[key]
                named.insert(key.name)
            }
        }
        read(.provider)
        read(.detailMode)
        read(.imageAccess)
        read(
            .suggestionsModel, .captionModel, .embeddingModel, .suggestionsPrompt, .captionPrompt)
        read(
            .suggestionsTemperature, .captionTemperature, .maxMegapixels, .imageTTLHours,
            .maxDistance)
        read(
            .maxFileSizeMB, .phashThreshold, .maxResults, .minUsers, .rateLimitAuthenticated,
            .rateLimitAnonymous, .rateLimitAddress)
        read(
            .fallbackToBuiltin, .enableCaptions, .enablePerceptualReuse, .enableRateLimiting,
            .useS3, .autoCleanup)
        read(.textEmbeddingProvider)
        read(.textEmbeddingModel, .processingOrigins)
        read(.embeddingCostPerThousand)
        read(
            .maxEmbeddingCallsPerMinute, .embeddingRateDelay, .embeddingRetryDelay,
            .embeddingMaxRetries)
        read(.galleryAccess)
        read(.galleryRequiresUserID)
        read(.galleryTrashDays, .fetchMaxMB, .fetchTimeoutSeconds)
        read(.allowedHosts, .fetchPorts, .fetchAllowHosts)
        read(.saveRequestImages)
        read(.savedImageServices, .solverModel, .solverPrompt)
        read(.maxSavedImageMB, .solverTimeout, .solverRetryBase)
        read(.imageRetentionDays, .requestLogRetentionDays)
        read(.solverProvider)
        #expect(named == Set(Setting.live.map(\.name)))

        let startup = StartupSettings()
        named = []
        func read<Value>(_ keys: StartupKey<Value>...) {
            for key in keys {
                _ = startup[key]
                named.insert(key.name)
                #expect(!startup.isSet(key))
            }
        }
        read(.listen, .trustedProxies)
        read(.logFormat)
        read(.logLevel)
        read(
            .dataDirectory, .publicURL, .jwtSecret, .openAIKey, .openAIBaseURL, .awsAccessKeyID,
            .awsSecretAccessKey, .awsBucket, .awsEndpointURL, .awsRegion)
        read(.accessLog, .ocr)
        read(
            .shutdownTimeout, .headerTimeout, .idleTimeout, .transferGrace,
            .decodeTimeout)
        read(
            .maxConnections, .maxConnectionsPerAddress, .transferMinRate, .maxHeaderSize,
            .maxHeaderFields, .maxURISize, .maxJSONSize, .maxMultipartParts, .maxBodyMemory,
            .maxPipelineSize, .decodeWorkers, .decodeMemory, .databaseReaders,
            .minFreeSpace, .exactSearchLimit)
        read(
            .dropboxToken, .dropboxFolder, .dropboxAPIURL, .dropboxContentURL, .folderRoot,
            .cronSecret, .ocrLanguages)
        read(.retryQueueInterval)
        read(.offPeakOnly)
        read(.offPeakStart, .offPeakEnd, .scheduleZone)
        read(.jobRetryBase, .jobRetryMaximum, .jobResultDays)
        read(.workerConcurrency, .jobAttempts, .jobQueueLimit)
        for queue in JobQueue.allCases { read(.jobRate(queue)) }
        #expect(named == Set(Setting.startup.map(\.name)))
    }

    @Test(arguments: [
        ("TINTYPE_LISTN", "TINTYPE_LISTEN"), ("openai_apikey", "OPENAI_API_KEY"),
        ("PHOTO_ANALYSIS_TEMPERTURE", "PHOTO_ANALYSIS_TEMPERATURE"), ("XYZ", nil),
    ])
    func `a slip of the finger finds the nearest name`(typed: String, meant: String?) {
        #expect(Setting.nearest(to: typed) == meant)
    }

    @Test func `networks contain their addresses, also as mapped IPv4`() throws {
        let ten = try #require(NetworkRange("10.0.0.0/8"))
        let six = try #require(NetworkRange("2001:db8::/33"))
        #expect(ten.contains("10.255.0.1") && ten.contains("::ffff:10.1.2.3"))
        #expect(!ten.contains("11.0.0.1") && !ten.contains("nonsense"))
        #expect(six.contains("2001:db8:7fff::1") && !six.contains("2001:db8:8000::1"))
        #expect(NetworkRange("0.0.0.0/0")?.contains("8.8.8.8") == true)
    }

    @Test(arguments: [
        ("127.9.9.9:1", true), ("localhost:1", true), ("[::1]:1", true), ("unix:/x", true),
        (":80", false), ("*:80", false), ("192.168.0.1:80", false), ("example.org:80", false),
    ])
    func `listening on loopback is known to be local`(text: String, local: Bool) {
        #expect(ListenAddress(text)?.isLocal == local)
    }
}
