/// A picture as a solver is shown it.
package struct SolverInput: Sendable {
    /// An encoded upright picture.
    package var bytes: [UInt8]
    package var mediaType: String

    package init(bytes: [UInt8], mediaType: String) {
        self.bytes = bytes
        self.mediaType = mediaType
    }
}

/// How a remote solver is asked.
package struct SolverQuestion: Sendable {
    package var model: String
    package var prompt: String
    /// What one call may take, connecting included.
    package var timeout: Duration
    /// The pause before the first repetition; it doubles from one to the next.
    package var retryBase: Duration

    package init(model: String, prompt: String, timeout: Duration, retryBase: Duration) {
        self.model = model
        self.prompt = prompt
        self.timeout = timeout
        self.retryBase = retryBase
    }
}

/// What a solver found.
package struct SolverReply: Sendable, Equatable {
    /// The answers, or a text that starts with `ERROR: `.
    package var result: String
    package var model: String
    package var usage: TokenUsage

    package init(result: String, model: String, usage: TokenUsage) {
        self.result = result
        self.model = model
        self.usage = usage
    }
}

/// Why a solver gave no answer; nothing that upstream wrote is in it but `log`.
package struct SolverFailure: Error, Sendable, Equatable {
    package enum Code: String, Sendable {
        case authentication = "openai_authentication"
        case notConfigured
        case insufficientQuota = "openai_insufficient_quota"
        case modelNotFound = "openai_model_not_found"
        case rateLimit = "openai_rate_limit"
        case timeout = "openai_timeout"
        case network = "openai_network_error"
        case invalidResponse = "openai_invalid_response"
        case api = "openai_api_error"
        case unknown = "openai_unknown_error"
        case unavailable = "solver_unavailable"
    }

    package var code: Code
    /// Seconds after which upstream wants to be asked again.
    package var retryAfter: Int?
    /// For the log: what was received, keys masked, shortened.
    package var log: String

    package init(_ code: Code, retryAfter: Int? = nil, log: String = "") {
        self.code = code
        self.retryAfter = retryAfter
        self.log = log
    }
}

/// A server that solves what a picture shows.
package protocol RemoteSolver: Sendable {
    func solve(
        _ picture: SolverInput, asking question: SolverQuestion
    ) async throws(SolverFailure) -> SolverReply
}

/// Works out the lines that were read in a picture.
package protocol LineSolver: Sendable {
    /// What it is called in answers.
    var model: String { get }
    /// The answers in reading order, separated by commas, or `ERROR: ` and a reason.
    ///
    /// - Parameter isOver: whether the time is over.
    func answer(to lines: [String], isOver: @escaping @Sendable () -> Bool) -> String
}
