extension Setting {
    /// The table of all settings, in the order in which people are shown them.
    package static let all: [Setting] =
        daemon + logging + secrets + objectStorage + http + work + jobs + analysis + similarity
        + limits + gallery + fetching + processing + requestImages + solver

    private static let daemon: [Setting] = startup(
        .daemon,
        [
            (
                "TINTYPE_LISTEN", .listenAddresses, "127.0.0.1:8080",
                "Where to accept connections: HOST:PORT or unix:PATH, several separated by commas."
            ),
            (
                "TINTYPE_DATA_DIR", .path, "./tintype-data",
                "The folder that holds everything Tintype keeps."
            ),
            (
                "TINTYPE_PUBLIC_URL", .url, "",
                "The address under which others reach the daemon; without it links use the Host of the request."
            ),
            (
                "TINTYPE_TRUSTED_PROXIES", .networks, "",
                "Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, as addresses or networks."
            ),
            (
                "TINTYPE_SHUTDOWN_TIMEOUT", .duration(0...600), "25s",
                "How long requests under way may take to finish after a stop signal."
            ),
        ])

    private static let logging: [Setting] = startup(
        .logging,
        [
            (
                "TINTYPE_LOG_FORMAT", choice(LogFormatChoice.self), "auto",
                "How log lines are written; auto is the journal under systemd, text on a terminal, JSON lines elsewhere."
            ),
            (
                "TINTYPE_LOG_LEVEL", choice(LogLevelChoice.self), "info",
                "The least important log line that is still written."
            ),
            (
                "TINTYPE_ACCESS_LOG", .bool, "true",
                "Whether each request is logged, health and metrics left out."
            ),
        ])

    private static let secrets: [Setting] = [
        Setting(
            "JWT_SECRET", .secret(32...4096), "", .secrets,
            "Signs session tokens, at least 32 bytes; without it one is made at first start.",
            flag: nil),
        Setting(
            "OPENAI_API_KEY", .secret(1...4096), "", .secrets,
            "The key for the OpenAI-compatible server.", flag: nil),
        Setting(
            "OPENAI_BASE_URL", .url, "", .secrets,
            "The OpenAI-compatible server, https://api.openai.com/v1 unless set; on loopback it needs no key."
        ),
    ]

    private static let objectStorage: [Setting] = [
        Setting(
            "AWS_ACCESS_KEY_ID", .secret(1...4096), "", .objectStorage, "The id of the access key.",
            flag: nil),
        Setting(
            "AWS_SECRET_ACCESS_KEY", .secret(1...4096), "", .objectStorage, "The access key.",
            flag: nil),
        Setting(
            "AWS_STORAGE_BUCKET_NAME", .text(0...255), "", .objectStorage,
            "The bucket that pictures go to; used only when both parts of the key are set too.",
            flag: nil),
        Setting(
            "AWS_S3_ENDPOINT_URL", .url, "", .objectStorage,
            "Another S3-compatible server, addressed by path.", flag: nil),
        Setting(
            "AWS_S3_REGION_NAME", .text(1...64), "us-east-1", .objectStorage,
            "The region of the bucket.", flag: nil),
    ]

    private static let http: [Setting] = startup(
        .http,
        [
            (
                "TINTYPE_HTTP_MAX_CONNECTIONS", .integer(1...1_000_000), "16384",
                "Connections in all; more are answered 503 or closed."
            ),
            (
                "TINTYPE_HTTP_MAX_CONNECTIONS_PER_ADDRESS", .integer(0...1_000_000), "256",
                "Connections from one address, loopback and trusted proxies aside; 0 sets no such limit."
            ),
            (
                "TINTYPE_HTTP_HEADER_TIMEOUT", .duration(1...600), "10s",
                "How long a client may take for the whole header block."
            ),
            (
                "TINTYPE_HTTP_IDLE_TIMEOUT", .duration(1...3600), "75s",
                "How long a kept-alive connection may be idle."
            ),
            (
                "TINTYPE_HTTP_TRANSFER_GRACE", .duration(1...600), "10s",
                "How long a body, read or written, may be slower than the least rate."
            ),
            (
                "TINTYPE_HTTP_TRANSFER_MIN_RATE", .bytes(0...(1 << 30)), "1KiB",
                "The least bytes a second of a body, read or written, after the grace."
            ),
            (
                "TINTYPE_HTTP_MAX_HEADER_SIZE", .bytes(1024...(1 << 20)), "16KiB",
                "The size of a header block; more is answered 431."
            ),
            (
                "TINTYPE_HTTP_MAX_HEADER_FIELDS", .integer(10...10_000), "100",
                "Fields in a header block; more are answered 431."
            ),
            (
                "TINTYPE_HTTP_MAX_URI_SIZE", .bytes(256...(1 << 16)), "8KiB",
                "The length of a request target; more is answered 414."
            ),
            (
                "TINTYPE_HTTP_MAX_JSON_SIZE", .bytes(1024...(1 << 26)), "1MiB",
                "The size of a JSON body; more is answered 413."
            ),
            (
                "TINTYPE_HTTP_MAX_MULTIPART_PARTS", .integer(1...1000), "20",
                "Parts of a multipart body where a page names no other number."
            ),
            (
                "TINTYPE_HTTP_MAX_BODY_MEMORY", .bytes((1 << 20)...(1 << 40)), "64MiB",
                "Memory for bodies on their way; over it requests with a body are answered 503."
            ),
            (
                "TINTYPE_HTTP_MAX_PIPELINE_SIZE", .bytes(4096...(1 << 24)), "64KiB",
                "Bytes of later requests that wait for the answer to the current one; more are not read."
            ),
        ])

    private static let work: [Setting] = startup(
        .work,
        [
            (
                "TINTYPE_DECODE_WORKERS", .integer(0...256), "0",
                "Sandboxed processes that decode pictures; 0 means one per processor core."
            ),
            (
                "TINTYPE_DECODE_MEMORY", .bytes((64 << 20)...(1 << 40)), "256MiB",
                "Memory for pictures that are decoded at one time; uploads beyond it wait."
            ),
            (
                "TINTYPE_DECODE_TIMEOUT", .duration(1...600), "20s",
                "How long one picture may take to decode."
            ),
            (
                "TINTYPE_DATABASE_READERS", .integer(1...64), "4",
                "Connections that read the database at the same time."
            ),
            (
                "TINTYPE_OCR", .bool, "true",
                "Whether the built-in provider reads text in pictures when Tesseract is installed."
            ),
            (
                "TINTYPE_MIN_FREE_SPACE", .bytes(0...(1 << 50)), "64MiB",
                "Free space on the data directory's disk below which uploads are refused."
            ),
            (
                "TINTYPE_EXACT_SEARCH_LIMIT", .integer(0...1_000_000), "1000",
                "Vectors of a space up to which each is compared; beyond, a graph is built and searched."
            ),
        ])

    private static let analysis: [Setting] = live(
        .analysis, "PHOTO_ANALYSIS_",
        [
            (
                "PROVIDER", choice(ProviderChoice.self), "auto",
                "Who analyses photos; auto is openai when a key or base URL is set, else builtin."
            ),
            ("OPENAI_MODEL", .text(1...100), "gpt-4o", "The model that suggests rooms."),
            ("CAPTION_MODEL", .text(1...100), "gpt-4o", "The model that writes captions."),
            (
                "EMBEDDING_MODEL", .text(1...100), "text-embedding-3-small",
                "The embedding model, of 1536 dimensions."
            ),
            (
                "PROMPT", .prose(1...20_000), DefaultPrompts.suggestions,
                "The text that asks for room suggestions."
            ),
            (
                "CAPTION_PROMPT", .prose(1...20_000), DefaultPrompts.caption,
                "The text that asks for a caption."
            ),
            (
                "TEMPERATURE", .decimal(0.0...2.0), "0.7",
                "How freely the model suggests rooms."
            ),
            (
                "CAPTION_TEMPERATURE", .decimal(0.0...2.0), "0.2",
                "How freely the model writes captions."
            ),
            (
                "MAX_MEGAPIXELS", .decimal(0.1...50.0), "2",
                "Bigger pictures are scaled down to this many megapixels before a model sees them."
            ),
            (
                "MAX_FILE_SIZE_MB", .integer(1...100), "10",
                "The size of an upload in units of 1,048,576 bytes."
            ),
            (
                "DETAIL_MODE", choice(DetailMode.self), "low",
                "How closely the model looks at a picture."
            ),
            (
                "IMAGE_ACCESS", choice(ImageAccess.self), "link",
                "Who may fetch a picture: link is whoever has the id, owner is readers only."
            ),
            (
                "FALLBACK_TO_BUILTIN", .bool, "false",
                "Whether the built-in provider steps in when the configured one fails."
            ),
            (
                "ENABLE_CAPTIONS", .bool, "true", "Whether photos get a caption."
            ),
            (
                "ENABLE_PERCEPTUAL_REUSE", .bool, "true",
                "Whether a photo that looks like an earlier one takes over its analysis."
            ),
            (
                "ENABLE_RATE_LIMITING", .bool, "true", "Whether uploads are counted and limited."
            ),
            (
                "USE_S3", .bool, "true",
                "Whether pictures go to S3 when its keys and bucket are set."
            ),
            (
                "AUTO_CLEANUP", .bool, "true",
                "Whether the daemon removes records 24 hours after they expired."
            ),
            (
                "PHASH_THRESHOLD", .integer(0...16), "5",
                "Bits by which the perceptual hashes of alike pictures may differ."
            ),
            (
                "IMAGE_TTL_HOURS", .decimal(0.0...87_600.0), "168",
                "Hours until a new record expires; fractions are allowed and 0 means never."
            ),
        ])

    private static let similarity: [Setting] = live(
        .similarity, "PHOTO_SIMILARITY_",
        [
            (
                "MAX_DISTANCE", .decimal(0.0...1.0), "0.3",
                "How far photos of similar rooms may be: below 0.2 is very similar, 0.3 similar, 0.4 somewhat, 0.5 loosely."
            ),
            ("MAX_RESULTS", .integer(0...50), "5", "Similar rooms in an answer."),
            (
                "MIN_USERS", .integer(0...1_000_000), "1",
                "Active users a room needs to be found; 0 finds all."
            ),
        ])

    private static let limits: [Setting] = live(
        .limits, "PHOTO_ANALYSIS_",
        [
            (
                "RATE_LIMIT_AUTHENTICATED", .integer(0...100_000), "20",
                "Analyses an hour for an account; 0 blocks."
            ),
            (
                "RATE_LIMIT_ANONYMOUS", .integer(0...100_000), "5",
                "Analyses an hour for a fingerprint; 0 blocks."
            ),
            (
                "RATE_LIMIT_ADDRESS", .integer(0...100_000), "60",
                "Analyses an hour for all anonymous clients of one address; 0 blocks."
            ),
        ])

    typealias Row = (name: String, kind: Kind, defaultText: String, help: String)

    static func startup(_ section: Section, _ rows: [Row]) -> [Setting] {
        rows.map { Setting($0.name, $0.kind, $0.defaultText, section, $0.help) }
    }

    static func live(_ section: Section, _ prefix: String, _ rows: [Row]) -> [Setting] {
        rows.map {
            Setting(
                name: prefix + $0.name, flag: nil, kind: $0.kind, defaultText: $0.defaultText,
                section: section, life: .live, help: $0.help)
        }
    }

    /// A startup setting; unless told otherwise its flag is the name, lowercase and with dashes.
    private init(
        _ name: String, _ kind: Kind, _ defaultText: String, _ section: Section, _ help: String
    ) {
        let bare = name.hasPrefix("TINTYPE_") ? String(name.dropFirst(8)) : name
        let dashed = String(bare.lowercased().map { $0 == "_" ? "-" : $0 })
        self.init(name, kind, defaultText, section, help, flag: "--" + dashed)
    }

    init(
        _ name: String, _ kind: Kind, _ defaultText: String, _ section: Section, _ help: String,
        flag: String?
    ) {
        self.init(
            name: name, flag: flag, kind: kind, defaultText: defaultText, section: section,
            life: .startup, help: help)
    }

    static func choice<Choice>(_ type: Choice.Type) -> Kind
    where Choice: CaseIterable & RawRepresentable<String> {
        .choice(type.allCases.map(\.rawValue))
    }
}
