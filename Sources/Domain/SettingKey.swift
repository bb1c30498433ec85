/// Names a live setting and the Swift type of its value: `settings[.maxMegapixels]` is a `Double`.
package struct SettingKey<Value: SettingRepresentable>: Sendable {
    package let name: String

    init(_ name: String) { self.name = name }
}

/// Names a startup setting and the Swift type of its value.
package struct StartupKey<Value: SettingRepresentable>: Sendable {
    package let name: String

    init(_ name: String) { self.name = name }
}

extension SettingKey<ProviderChoice> {
    package static var provider: Self { Self("PHOTO_ANALYSIS_PROVIDER") }
}
extension SettingKey<DetailMode> {
    package static var detailMode: Self { Self("PHOTO_ANALYSIS_DETAIL_MODE") }
}
extension SettingKey<ImageAccess> {
    package static var imageAccess: Self { Self("PHOTO_ANALYSIS_IMAGE_ACCESS") }
}
extension SettingKey<String> {
    package static var suggestionsModel: Self { Self("PHOTO_ANALYSIS_OPENAI_MODEL") }
    package static var captionModel: Self { Self("PHOTO_ANALYSIS_CAPTION_MODEL") }
    package static var embeddingModel: Self { Self("PHOTO_ANALYSIS_EMBEDDING_MODEL") }
    package static var suggestionsPrompt: Self { Self("PHOTO_ANALYSIS_PROMPT") }
    package static var captionPrompt: Self { Self("PHOTO_ANALYSIS_CAPTION_PROMPT") }
}
extension SettingKey<Double> {
    package static var suggestionsTemperature: Self { Self("PHOTO_ANALYSIS_TEMPERATURE") }
    package static var captionTemperature: Self { Self("PHOTO_ANALYSIS_CAPTION_TEMPERATURE") }
    package static var maxMegapixels: Self { Self("PHOTO_ANALYSIS_MAX_MEGAPIXELS") }
    package static var imageTTLHours: Self { Self("PHOTO_ANALYSIS_IMAGE_TTL_HOURS") }
    package static var maxDistance: Self { Self("PHOTO_SIMILARITY_MAX_DISTANCE") }
}
extension SettingKey<Int> {
    package static var maxFileSizeMB: Self { Self("PHOTO_ANALYSIS_MAX_FILE_SIZE_MB") }
    package static var phashThreshold: Self { Self("PHOTO_ANALYSIS_PHASH_THRESHOLD") }
    package static var maxResults: Self { Self("PHOTO_SIMILARITY_MAX_RESULTS") }
    package static var minUsers: Self { Self("PHOTO_SIMILARITY_MIN_USERS") }
    package static var rateLimitAuthenticated: Self {
        Self("PHOTO_ANALYSIS_RATE_LIMIT_AUTHENTICATED")
    }
    package static var rateLimitAnonymous: Self { Self("PHOTO_ANALYSIS_RATE_LIMIT_ANONYMOUS") }
    package static var rateLimitAddress: Self { Self("PHOTO_ANALYSIS_RATE_LIMIT_ADDRESS") }
}
extension SettingKey<Bool> {
    package static var fallbackToBuiltin: Self { Self("PHOTO_ANALYSIS_FALLBACK_TO_BUILTIN") }
    package static var enableCaptions: Self { Self("PHOTO_ANALYSIS_ENABLE_CAPTIONS") }
    package static var enablePerceptualReuse: Self {
        Self("PHOTO_ANALYSIS_ENABLE_PERCEPTUAL_REUSE")
    }
    package static var enableRateLimiting: Self { Self("PHOTO_ANALYSIS_ENABLE_RATE_LIMITING") }
    package static var useS3: Self { Self("PHOTO_ANALYSIS_USE_S3") }
    package static var autoCleanup: Self { Self("PHOTO_ANALYSIS_AUTO_CLEANUP") }
}

extension StartupKey<[String]> {
    package static var listen: Self { Self("TINTYPE_LISTEN") }
    package static var trustedProxies: Self { Self("TINTYPE_TRUSTED_PROXIES") }
}
extension StartupKey<LogFormatChoice> {
    package static var logFormat: Self { Self("TINTYPE_LOG_FORMAT") }
}
extension StartupKey<LogLevelChoice> {
    package static var logLevel: Self { Self("TINTYPE_LOG_LEVEL") }
}
extension StartupKey<String> {
    package static var dataDirectory: Self { Self("TINTYPE_DATA_DIR") }
    package static var publicURL: Self { Self("TINTYPE_PUBLIC_URL") }
    package static var jwtSecret: Self { Self("JWT_SECRET") }
    package static var openAIKey: Self { Self("OPENAI_API_KEY") }
    package static var openAIBaseURL: Self { Self("OPENAI_BASE_URL") }
    package static var awsAccessKeyID: Self { Self("AWS_ACCESS_KEY_ID") }
    package static var awsSecretAccessKey: Self { Self("AWS_SECRET_ACCESS_KEY") }
    package static var awsBucket: Self { Self("AWS_STORAGE_BUCKET_NAME") }
    package static var awsEndpointURL: Self { Self("AWS_S3_ENDPOINT_URL") }
    package static var awsRegion: Self { Self("AWS_S3_REGION_NAME") }
}
extension StartupKey<Bool> {
    package static var accessLog: Self { Self("TINTYPE_ACCESS_LOG") }
    package static var ocr: Self { Self("TINTYPE_OCR") }
}
extension StartupKey<Duration> {
    package static var shutdownTimeout: Self { Self("TINTYPE_SHUTDOWN_TIMEOUT") }
    package static var headerTimeout: Self { Self("TINTYPE_HTTP_HEADER_TIMEOUT") }
    package static var idleTimeout: Self { Self("TINTYPE_HTTP_IDLE_TIMEOUT") }
    package static var transferGrace: Self { Self("TINTYPE_HTTP_TRANSFER_GRACE") }
    package static var decodeTimeout: Self { Self("TINTYPE_DECODE_TIMEOUT") }
}
extension StartupKey<Int> {
    package static var maxConnections: Self { Self("TINTYPE_HTTP_MAX_CONNECTIONS") }
    package static var maxConnectionsPerAddress: Self {
        Self("TINTYPE_HTTP_MAX_CONNECTIONS_PER_ADDRESS")
    }
    package static var transferMinRate: Self { Self("TINTYPE_HTTP_TRANSFER_MIN_RATE") }
    package static var maxHeaderSize: Self { Self("TINTYPE_HTTP_MAX_HEADER_SIZE") }
    package static var maxHeaderFields: Self { Self("TINTYPE_HTTP_MAX_HEADER_FIELDS") }
    package static var maxURISize: Self { Self("TINTYPE_HTTP_MAX_URI_SIZE") }
    package static var maxJSONSize: Self { Self("TINTYPE_HTTP_MAX_JSON_SIZE") }
    package static var maxMultipartParts: Self { Self("TINTYPE_HTTP_MAX_MULTIPART_PARTS") }
    package static var maxBodyMemory: Self { Self("TINTYPE_HTTP_MAX_BODY_MEMORY") }
    package static var maxPipelineSize: Self { Self("TINTYPE_HTTP_MAX_PIPELINE_SIZE") }
    package static var decodeWorkers: Self { Self("TINTYPE_DECODE_WORKERS") }
    package static var decodeMemory: Self { Self("TINTYPE_DECODE_MEMORY") }
    package static var databaseReaders: Self { Self("TINTYPE_DATABASE_READERS") }
    package static var minFreeSpace: Self { Self("TINTYPE_MIN_FREE_SPACE") }
    package static var exactSearchLimit: Self { Self("TINTYPE_EXACT_SEARCH_LIMIT") }
}
