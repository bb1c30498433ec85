import Telemetry

extension Metric {
    static let decoderDeaths = counter(
        "tintype_decoder_deaths_total", "Decoder processes that crashed, hung or broke their rules."
    )
    static let expiredPhotos = counter(
        "tintype_expired_photos_total", "Photos removed after their expiry.")
    static let orphanFiles = counter(
        "tintype_orphan_files_total", "Files without a record that were removed.")

    static let collections = counter(
        "tintype_collections_total", "Searches for files without a record that came to their end.")

    /// The metrics of the product itself.
    static let product =
        [decoderDeaths, expiredPhotos, orphanFiles, collections] + vectorMetrics
}
