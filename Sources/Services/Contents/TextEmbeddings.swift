import Crypto
import Domain
import Store
import Telemetry

/// Turns texts into vectors for all families: chooses the provider, keeps to the limit, counts the cost.
package struct TextEmbeddings: Sendable {
    /// Who embeds at the moment.
    package struct Choice: Sendable {
        package var provider: String
        package var model: String
        /// Whether calls are limited and cost money.
        package var isRemote: Bool
        fileprivate var embedder: (any TextEmbedder)?
    }

    /// Why a text has no vector.
    package enum Refusal: Error, Sendable, Equatable {
        /// All calls of this minute have been made.
        case limited(secondsToNextMinute: Int)
        /// The provider gave none; a few words why.
        case failed(String)
    }

    /// A vector, and the ledger's entry for it, to be written with whatever uses it.
    package struct Embedded: Sendable {
        package var vector: [Float]
        package var entry: UsageEntry
    }

    /// Who asks, and what for.
    package struct Purpose: Sendable {
        package var user: String?
        package var service: String
        package var subject: String?
        package var requestID: String?

        package init(user: String?, service: String, subject: String?, requestID: String?) {
            self.user = user
            self.service = service
            self.subject = subject
            self.requestID = requestID
        }
    }

    private let store: DataStore
    private let settings: SettingsService
    private let clock: TimeSource
    private let log: Logger
    /// Nil where neither a key nor a base URL is set.
    private let remote: (any TextEmbedder)?
    /// Whether `auto` means the remote one.
    private let isRemoteNamed: Bool
    private let builtin: any TextEmbedder
    private let builtinModel: String

    package init(
        store: DataStore, settings: SettingsService, clock: TimeSource, log: Logger,
        remote: (any TextEmbedder)?, isRemoteNamed: Bool, builtin: any TextEmbedder,
        builtinModel: String
    ) {
        self.store = store
        self.settings = settings
        self.clock = clock
        self.log = log
        self.remote = remote
        self.isRemoteNamed = isRemoteNamed
        self.builtin = builtin
        self.builtinModel = builtinModel
    }

    package var choice: Choice {
        let settings = settings.current
        let isRemote =
            switch settings[.textEmbeddingProvider] {
            case .auto: isRemoteNamed
            case .openai: true
            case .builtin: false
            }
        return isRemote
            ? Choice(
                provider: "openai", model: settings[.textEmbeddingModel], isRemote: true,
                embedder: remote)
            : Choice(
                provider: "builtin", model: builtinModel, isRemote: false, embedder: builtin)
    }

    /// The vector of a text that is not empty, asked for once.
    package func embed(
        _ text: String, with choice: Choice, for purpose: Purpose
    ) async throws(Refusal) -> Embedded {
        guard let embedder = choice.embedder else { throw .failed("no key is set") }
        if choice.isRemote { try await takePlace() }
        let reply: TextEmbeddingReply
        do {
            reply = try await embedder.embedding(of: text, model: choice.model)
        } catch {
            throw refusal(error)
        }
        guard reply.vector.count == EmbeddingSpace.text.dimension,
            reply.vector.allSatisfy(\.isFinite), reply.vector.contains(where: { $0 != 0 })
        else { throw .failed("invalid response") }
        return Embedded(vector: reply.vector, entry: entry(text, reply, choice, purpose))
    }

    private func takePlace() async throws(Refusal) {
        let now = clock.now().milliseconds
        let limit = settings.current[.maxEmbeddingCallsPerMinute]
        let minute = now / 60_000
        do {
            let isFree = try await store.write {
                try $0.processing.takePlace(inMinute: minute, limit: limit)
            }
            guard isFree else {
                let rest = (minute + 1) * 60_000 - now
                throw Refusal.limited(secondsToNextMinute: Int((rest + 999) / 1000))
            }
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            log.error("the embedding limit cannot be kept", ["error": "\(error)"])
            throw .failed("the limit cannot be counted")
        }
    }

    private func refusal(_ error: any Error) -> Refusal {
        guard let failure = error as? ProviderFailure else {
            log.warning("an embedding failed", ["error": "\(error)"])
            return .failed("interrupted")
        }
        log.warning("an embedding failed", ["error": .text(failure.log)])
        let cause =
            switch failure.reason {
            case .rateLimited: "rate limit of the provider"
            case .authentication: "authentication failed"
            case .timedOut: "no answer in time"
            case .connection: "connection failed"
            case .server: "server error"
            case .rejected: "request rejected"
            case .invalidResponse: "invalid response"
            }
        return .failed(cause)
    }

    private func entry(
        _ text: String, _ reply: TextEmbeddingReply, _ choice: Choice, _ purpose: Purpose
    ) -> UsageEntry {
        let now = clock.now()
        let tokens = reply.tokens ?? (text.unicodeScalars.count + 3) / 4
        let price = TokenPrice(usdPer1000: settings.current[.embeddingCostPerThousand])
        let cost = choice.isRemote ? price.nanoUSD(of: tokens) : 0
        return UsageEntry(
            id: UUIDValue.timeOrdered(milliseconds: now.milliseconds).description,
            user: purpose.user, service: purpose.service, purpose: .embedding,
            subject: purpose.subject, requestID: purpose.requestID, provider: choice.provider,
            model: choice.model, tokensIn: tokens, isEstimated: reply.tokens == nil,
            costNanoUSD: cost, createdAt: now)
    }
}
