import Domain
import Providers

/// The OpenAI-compatible server of the settings, with the key it needs.
struct RemoteServer {
    let url: String
    /// Nil for a server on this machine that asks for none.
    let key: String?

    /// Nil where the key is missing.
    init?(_ startup: StartupSettings) {
        let key = startup[.openAIKey]
        let url = startup[.openAIBaseURL]
        let needsKey = url.isEmpty || !LoopbackURL.isLoopback(url)
        if key.isEmpty && needsKey { return nil }
        self.url = url.isEmpty ? OpenAIProvider.publicURL : url
        self.key = key.isEmpty ? nil : key
    }

    /// Whether a key or a base URL is set.
    static func isNamed(_ startup: StartupSettings) -> Bool {
        !startup[.openAIKey].isEmpty || !startup[.openAIBaseURL].isEmpty
    }
}
