extension Setting {
    static let processing: [Setting] =
        live(
            .processing, "",
            [
                (
                    "EMBEDDING_PROVIDER", choice(ProviderChoice.self), "auto",
                    "Who embeds texts; auto is openai when a key or base URL is set, else builtin."
                ),
                (
                    "EMBEDDING_MODEL", .text(1...100), "text-embedding-3-small",
                    "The model that embeds texts, of 1536 dimensions."
                ),
                (
                    "EMBEDDING_COST_USD_PER_1K", .decimal(0.0...1000.0), "0.0001",
                    "US dollars that 1,000 tokens of a remote embedding cost."
                ),
                (
                    "MAX_EMBEDDING_CALLS_PER_MIN", .integer(0...1_000_000), "20",
                    "Remote embeddings in each minute of the clock; 0 lets none pass."
                ),
                (
                    "EMBEDDING_RATE_DELAY_S", .integer(0...86_400), "30",
                    "Seconds that an image waits when no embedding is left in its minute."
                ),
                (
                    "EMBEDDING_RETRY_DELAY_S", .integer(0...604_800), "300",
                    "Seconds from a failed attempt at an image to the next."
                ),
                (
                    "EMBEDDING_MAX_RETRIES", .integer(0...100), "3",
                    "Attempts at an image after its first one has failed."
                ),
                (
                    "PROCESSING_CORS_ORIGINS", .text(0...2000), "",
                    "Origins whose pages may call /functions/v1/; all unless set."
                ),
            ])
        + [
            Setting(
                "DROPBOX_ACCESS_TOKEN", .secret(1...4096), "", .processing,
                "The token with which pictures are read from Dropbox.", flag: nil),
            Setting(
                "DROPBOX_FOLDER", .text(0...1000), "", .processing,
                "The Dropbox folder that pictures may come from, such as /Photos; all unless set.",
                flag: nil),
            Setting(
                "DROPBOX_API_URL", .url, "https://api.dropboxapi.com", .processing,
                "The server that lists Dropbox folders.", flag: nil),
            Setting(
                "DROPBOX_CONTENT_URL", .url, "https://content.dropboxapi.com", .processing,
                "The server that hands out files of Dropbox.", flag: nil),
            Setting(
                "FOLDER_ROOT", .path, "", .processing,
                "A folder of this machine that administrators may take pictures from.", flag: nil),
            Setting(
                "CRON_SECRET", .secret(1...4096), "", .processing,
                "The secret with which a timer may work off the retry queue.", flag: nil),
            Setting(
                "RETRY_QUEUE_INTERVAL_S", .integer(0...86_400), "300", .processing,
                "Seconds between two looks at the retry queue; 0 leaves it to others.", flag: nil),
        ]
}

extension SettingKey<ProviderChoice> {
    package static var textEmbeddingProvider: Self { Self("EMBEDDING_PROVIDER") }
}
extension SettingKey<String> {
    package static var textEmbeddingModel: Self { Self("EMBEDDING_MODEL") }
    /// Separated by commas.
    package static var processingOrigins: Self { Self("PROCESSING_CORS_ORIGINS") }
}
extension SettingKey<Double> {
    package static var embeddingCostPerThousand: Self { Self("EMBEDDING_COST_USD_PER_1K") }
}
extension SettingKey<Int> {
    package static var maxEmbeddingCallsPerMinute: Self { Self("MAX_EMBEDDING_CALLS_PER_MIN") }
    package static var embeddingRateDelay: Self { Self("EMBEDDING_RATE_DELAY_S") }
    package static var embeddingRetryDelay: Self { Self("EMBEDDING_RETRY_DELAY_S") }
    package static var embeddingMaxRetries: Self { Self("EMBEDDING_MAX_RETRIES") }
}
extension StartupKey<String> {
    package static var dropboxToken: Self { Self("DROPBOX_ACCESS_TOKEN") }
    package static var dropboxFolder: Self { Self("DROPBOX_FOLDER") }
    package static var dropboxAPIURL: Self { Self("DROPBOX_API_URL") }
    package static var dropboxContentURL: Self { Self("DROPBOX_CONTENT_URL") }
    package static var folderRoot: Self { Self("FOLDER_ROOT") }
    package static var cronSecret: Self { Self("CRON_SECRET") }
}
extension StartupKey<Int> {
    package static var retryQueueInterval: Self { Self("RETRY_QUEUE_INTERVAL_S") }
}
