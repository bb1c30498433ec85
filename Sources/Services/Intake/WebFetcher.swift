import Domain

/// Fetches what stands behind a URL that a user named, guarded against being led into the daemon's own network.
///
/// What it may do is in the settings; the bytes can be anything, so they go through the intake as an upload does.
package struct WebFetcher: Sendable {
    package typealias Fetch = @Sendable (String) async throws(FetchFailure) -> [UInt8]

    /// The bytes behind a URL.
    package let fetch: Fetch

    package init(fetch: @escaping Fetch) {
        self.fetch = fetch
    }
}
