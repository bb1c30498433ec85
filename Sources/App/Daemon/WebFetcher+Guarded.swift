import Domain
import HTTPClient
import Services

extension WebFetcher {
    /// Fetches through `fetcher` under the settings of the moment.
    init(_ fetcher: GuardedFetcher, _ settings: SettingsService) {
        self.init { url throws(FetchFailure) in
            do throws(FetchError) {
                return try await fetcher.fetch(url, FetchRules(settings.current))
            } catch {
                throw FetchFailure(error)
            }
        }
    }
}

extension FetchRules {
    fileprivate init(_ settings: LiveSettings) {
        self.init(
            ports: Set(settings[.fetchPorts].compactMap { Int($0) }),
            exemptHosts: Set(settings[.fetchAllowHosts]),
            maximumBytes: settings[.fetchMaxMB] << 20,
            timeout: .seconds(settings[.fetchTimeoutSeconds]))
    }
}

extension FetchFailure {
    fileprivate init(_ error: FetchError) {
        self =
            switch error {
            case .blockedAddress: .blockedAddress
            case .badURL: .badURL
            case .dns: .dns
            case .connect: .connect
            case .timeout: .timeout
            case .status(let code): .http(status: code)
            case .tooManyRedirects: .tooManyRedirects
            case .tooLarge: .tooLarge
            case .cancelled: .cancelled
            }
    }
}
