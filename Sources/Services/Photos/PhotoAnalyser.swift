import Crypto
import Domain
import Telemetry

/// The providers that an analysis can be asked of.
package struct ProviderDirectory: Sendable {
    package typealias Provider = VisionProvider & EmbeddingProvider

    /// An OpenAI-compatible server; nil where key or address are missing.
    package let remote: (any Provider)?
    /// Whether a key or an address of such a server is set, be it enough or not.
    package let isRemoteNamed: Bool
    /// The analyser inside the daemon.
    package let builtin: any Provider

    /// What the built-in analyser calls its model.
    package static let builtinModel = "tintype-builtin-1"

    package init(remote: (any Provider)?, isRemoteNamed: Bool, builtin: any Provider) {
        self.remote = remote
        self.isRemoteNamed = isRemoteNamed
        self.builtin = builtin
    }

    /// The provider that the settings ask for and its models.
    func choice(_ settings: LiveSettings) throws(UploadFailure) -> ProviderChoiceInForce {
        let wantsRemote =
            switch settings[.provider] {
            case .openai: true
            case .builtin: false
            case .auto: isRemoteNamed
            }
        guard wantsRemote else { return builtinChoice }
        guard let remote else { throw .notConfigured }
        return ProviderChoiceInForce(
            provider: remote, visionModel: settings[.suggestionsModel],
            captionModel: settings[.captionModel], embeddingModel: settings[.embeddingModel],
            isBuiltin: false)
    }

    var builtinChoice: ProviderChoiceInForce {
        ProviderChoiceInForce(
            provider: builtin, visionModel: Self.builtinModel, captionModel: Self.builtinModel,
            embeddingModel: Self.builtinModel, isBuiltin: true)
    }
}

/// A provider and the models that it is asked for.
struct ProviderChoiceInForce: Sendable {
    let provider: any ProviderDirectory.Provider
    let visionModel: String
    let captionModel: String
    let embeddingModel: String
    let isBuiltin: Bool
}

/// What an analysis found, before it is stored.
struct AnalysisResult: Sendable {
    var suggestions: [Suggestion]
    var visionModel: String
    var usage: TokenUsage
    var visionRaw: String
    var caption: PhotoAnalysis.Caption?
    var captionRaw: String?
    var embeddingModel: String
    var captionVector: [Float]?
    var suggestionsVector: [Float]?
}

/// Asks a provider all that is to be known of a photo: suggestions and caption at the same time, then both embeddings.
struct PhotoAnalyser: Sendable {
    /// Components that an embedding has.
    static let dimension = PhotoService.embeddingDimension
    private static let suggestionTokens = 500
    private static let captionTokens = 300

    let directory: ProviderDirectory
    let clock: TimeSource
    let log: Logger

    /// Analyses with the choice in force; falls back to the built-in provider where the settings say so.
    func analyse(
        _ photo: VisionInput, with choice: ProviderChoiceInForce, _ settings: LiveSettings,
        _ progress: PhotoProgress
    ) async throws(UploadFailure) -> AnalysisResult {
        do throws(UploadFailure) {
            return try await ask(choice, photo, settings, progress)
        } catch {
            guard settings[.fallbackToBuiltin], !choice.isBuiltin, error != .cancelled else {
                throw error
            }
            log.warning("the provider failed; the built-in one takes over")
            return try await ask(directory.builtinChoice, photo, settings, progress)
        }
    }

    private func ask(
        _ choice: ProviderChoiceInForce, _ photo: VisionInput, _ settings: LiveSettings,
        _ progress: PhotoProgress
    ) async throws(UploadFailure) -> AnalysisResult {
        let first: (suggestions: SuggestionAnswer, caption: CaptionAnswer?)
        do {
            async let caption = caption(choice, photo, settings)
            // Leaving by an error cancels the caption.
            let suggestions = try await suggestions(choice, photo, settings)
            try progress.reach(.suggestions)
            first = (suggestions, await caption)
            try progress.reach(.caption)
        } catch let failure as UploadFailure {
            throw failure
        } catch {
            throw .analysis("OpenAI API error: Connection failed")
        }
        let words = first.caption?.caption.text
        async let captionVector = embedding(
            words.map(EmbeddingText.caption), choice, photo)
        async let suggestionsVector = embedding(
            EmbeddingText.suggestions(first.suggestions.items, caption: words), choice, photo)
        let vectors = (caption: await captionVector, suggestions: await suggestionsVector)
        try progress.reach(.embeddings)
        return AnalysisResult(
            suggestions: first.suggestions.items, visionModel: choice.visionModel,
            usage: first.suggestions.usage, visionRaw: first.suggestions.raw,
            caption: first.caption?.caption, captionRaw: first.caption?.raw,
            embeddingModel: choice.embeddingModel, captionVector: vectors.caption,
            suggestionsVector: vectors.suggestions)
    }

    // MARK: - Suggestions

    private struct SuggestionAnswer: Sendable {
        var items: [Suggestion]
        var usage: TokenUsage
        var raw: String
    }

    private func suggestions(
        _ choice: ProviderChoiceInForce, _ photo: VisionInput, _ settings: LiveSettings
    ) async throws -> SuggestionAnswer {
        var question = VisionQuestion(
            model: choice.visionModel, prompt: settings[.suggestionsPrompt],
            temperature: settings[.suggestionsTemperature],
            maximumTokens: Self.suggestionTokens, detail: settings[.detailMode].rawValue)
        let reply = try await naming {
            try await choice.provider.suggestions(for: photo, asking: question)
        }
        var answer = SuggestionAnswer(
            items: SuggestionList.repair(content: reply.content, sha256: sha256),
            usage: reply.usage, raw: reply.raw)
        guard answer.items.count < SuggestionList.wanted else { return answer }
        question.prompt = SuggestionList.topUpPrompt(
            after: settings[.suggestionsPrompt], holding: answer.items)
        do {
            let more = try await naming {
                try await choice.provider.suggestions(for: photo, asking: question)
            }
            answer.usage = answer.usage + more.usage
            answer.raw += "\n" + more.raw
            answer.items = SuggestionList.repair(
                content: more.content, holding: answer.items, sha256: sha256)
        } catch {
            guard !answer.items.isEmpty else { throw error }
            log.warning("the call for more suggestions failed", ["error": "\(error)"])
        }
        guard !answer.items.isEmpty else {
            throw UploadFailure.analysis("OpenAI API error: No usable suggestions")
        }
        return answer
    }

    // MARK: - Caption

    private struct CaptionAnswer: Sendable {
        var caption: PhotoAnalysis.Caption
        var raw: String
    }

    /// The caption, or nil where captions are off or this one failed.
    private func caption(
        _ choice: ProviderChoiceInForce, _ photo: VisionInput, _ settings: LiveSettings
    ) async -> CaptionAnswer? {
        guard settings[.enableCaptions] else { return nil }
        let question = VisionQuestion(
            model: choice.captionModel, prompt: settings[.captionPrompt],
            temperature: settings[.captionTemperature], maximumTokens: Self.captionTokens,
            detail: settings[.detailMode].rawValue)
        do {
            let reply = try await naming {
                try await choice.provider.caption(for: photo, asking: question)
            }
            guard let text = CaptionReply.repair(content: reply.content) else {
                log.warning("the provider's caption cannot be read")
                return nil
            }
            let caption = PhotoAnalysis.Caption(
                text: text, model: choice.captionModel, generatedAt: clock.now(),
                usage: reply.usage)
            return CaptionAnswer(caption: caption, raw: reply.raw)
        } catch {
            return nil
        }
    }

    // MARK: - Embeddings

    /// The vector of a text, or nil where there is no text or the provider gave no usable vector.
    private func embedding(
        _ text: String?, _ choice: ProviderChoiceInForce, _ photo: VisionInput
    ) async -> [Float]? {
        guard let text, !text.isEmpty else { return nil }
        do {
            let vector = try await naming {
                try await choice.provider.embedding(
                    of: text, about: photo, model: choice.embeddingModel)
            }
            let isUsable =
                vector.count == Self.dimension && vector.allSatisfy(\.isFinite)
                && vector.contains { $0 != 0 }
            if !isUsable {
                log.warning("an embedding is unusable", ["components": .integer(vector.count)])
            }
            return isUsable ? vector : nil
        } catch {
            return nil
        }
    }

    /// Logs what a provider did wrong and names it for the uploader.
    private func naming<T: Sendable>(
        _ call: () async throws -> T
    ) async throws(UploadFailure) -> T {
        do {
            return try await call()
        } catch let failure as ProviderFailure {
            log.warning(
                "a provider call failed",
                ["reason": .text(failure.reason.rawValue), "answer": .text(failure.log)])
            throw UploadFailure(failure)
        } catch is CancellationError {
            throw .analysis("OpenAI API error: Connection failed")
        } catch {
            log.error("a provider call failed", ["error": "\(error)"])
            throw .analysis("OpenAI API error: Invalid response")
        }
    }
}
