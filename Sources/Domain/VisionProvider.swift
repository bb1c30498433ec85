/// A photo as a provider is shown it.
package struct VisionInput: Sendable {
    /// An encoded upright picture within the configured number of megapixels.
    package var bytes: [UInt8]
    /// The type of `bytes`: `image/jpeg`, `image/png` or `image/webp`.
    package var mediaType: String
    /// The same picture as plain pixels, at most 512 on the longer side.
    package var raster: Raster
    /// Size of the original, upright, in pixels.
    package var width: Int
    package var height: Int
    /// What the camera wrote.
    package var capture: CaptureFacts

    package init(
        bytes: [UInt8], mediaType: String, raster: Raster, width: Int, height: Int,
        capture: CaptureFacts
    ) {
        self.bytes = bytes
        self.mediaType = mediaType
        self.raster = raster
        self.width = width
        self.height = height
        self.capture = capture
    }
}

/// How to ask one question: the model's name and the parameters that the settings hold.
package struct VisionQuestion: Sendable {
    package var model: String
    package var prompt: String
    package var temperature: Double
    package var maximumTokens: Int
    /// `low`, `high` or `auto`.
    package var detail: String

    package init(
        model: String, prompt: String, temperature: Double, maximumTokens: Int, detail: String
    ) {
        self.model = model
        self.prompt = prompt
        self.temperature = temperature
        self.maximumTokens = maximumTokens
        self.detail = detail
    }
}

/// What a provider answered: the model's text, still to be read, and what it cost.
package struct VisionReply: Sendable, Equatable {
    /// The text of the answer; JSON if the model did as it was told.
    package var content: String
    package var usage: TokenUsage
    /// The whole answer as received, for the record.
    package var raw: String

    package init(content: String, usage: TokenUsage, raw: String) {
        self.content = content
        self.usage = usage
        self.raw = raw
    }
}

/// Something that can look at a photo and answer in JSON text.
package protocol VisionProvider: Sendable {
    /// Suggests rooms: JSON with `suggestions`, a list of `name`, `key`, `description`.
    func suggestions(
        for photo: VisionInput, asking question: VisionQuestion
    ) async throws -> VisionReply

    /// Describes the photo: JSON with `title`, `category`, `visible_text`, `caption`.
    func caption(
        for photo: VisionInput, asking question: VisionQuestion
    ) async throws -> VisionReply
}

/// Something that turns a text about a photo into a vector.
package protocol EmbeddingProvider: Sendable {
    /// The components of the embedding of `text`, which is about `photo`.
    func embedding(
        of text: String, about photo: VisionInput, model: String
    ) async throws -> [Float]
}

/// Tokens that a call consumed.
package struct TokenUsage: Sendable, Equatable, Codable {
    package var prompt: Int
    package var completion: Int
    package var total: Int

    package static let zero = TokenUsage(prompt: 0, completion: 0, total: 0)

    package init(prompt: Int, completion: Int, total: Int) {
        self.prompt = prompt
        self.completion = completion
        self.total = total
    }

    package static func + (a: TokenUsage, b: TokenUsage) -> TokenUsage {
        TokenUsage(
            prompt: a.prompt + b.prompt, completion: a.completion + b.completion,
            total: a.total + b.total)
    }
}

/// Why a provider gave no usable answer. Nothing the provider wrote is in here but `log`, which is for the log alone.
package struct ProviderFailure: Error, Sendable, Equatable {
    package enum Reason: String, Sendable {
        case rateLimited, authentication, timedOut, connection, server, rejected, invalidResponse
    }

    package var reason: Reason
    /// For the log: what was received, keys masked, shortened.
    package var log: String

    package init(_ reason: Reason, log: String) {
        self.reason = reason
        self.log = log
    }
}

/// Reads printed text in a picture.
package protocol TextReader: Sendable {
    /// The words found, in reading order; empty where there are none or no recogniser is installed.
    func words(in photo: VisionInput) async -> [RecognizedWord]
}

/// One word that was read in a picture.
package struct RecognizedWord: Sendable, Equatable, Codable {
    package var text: String
    /// 0…100, as the recogniser states it.
    package var confidence: Double
    /// The line it stands on, counted from the top.
    package var line: Int

    package init(text: String, confidence: Double, line: Int) {
        self.text = text
        self.confidence = confidence
        self.line = line
    }
}
