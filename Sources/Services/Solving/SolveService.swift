import Crypto
import Domain
import Imaging
import Store
import Telemetry

/// Solves what a picture shows, remotely or by itself.
package final class SolveService: Sendable {
    /// Bytes that a picture may have.
    package static let maximumBytes = 20 * 1_048_576

    /// Why a picture brought no answer.
    package enum Refusal: Error, Sendable {
        /// It is no picture that can be read; the reason, for people.
        case invalidImage(String)
        case solver(SolverFailure)
    }

    /// Reads the lines of a formula in the file behind a descriptor; `isComplete` is false where the time ran out.
    package typealias LineReader =
        @Sendable (Int32) async throws(ImageError) -> (lines: [String], isComplete: Bool)

    /// Makes a rendition of the picture in the file behind a descriptor.
    package typealias Renderer =
        @Sendable (Int32, Rendition.Specification) async throws(ImageError) -> [UInt8]

    /// What the service is made of.
    package struct Parts: Sendable {
        package var store: DataStore
        package var clock: TimeSource
        package var settings: SettingsService
        package var render: Renderer
        package var readLines: LineReader
        package var builtin: any LineSolver
        /// Nil where it lacks the key it needs.
        package var remote: (any RemoteSolver)?
        /// Whether a key or a base URL is set.
        package var isRemoteNamed: Bool
        package var log: Logger

        package init(
            store: DataStore, clock: TimeSource, settings: SettingsService,
            render: @escaping Renderer, readLines: @escaping LineReader,
            builtin: any LineSolver, remote: (any RemoteSolver)?, isRemoteNamed: Bool, log: Logger
        ) {
            self.store = store
            self.clock = clock
            self.settings = settings
            self.render = render
            self.readLines = readLines
            self.builtin = builtin
            self.remote = remote
            self.isRemoteNamed = isRemoteNamed
            self.log = log
        }
    }

    private static let queue = SerialQueue("tintype.solver")
    /// The longer side of what a remote solver is shown.
    private static let remoteSide = 2_048
    /// That of a picture that is only made to see whether it can be.
    private static let trialSide = 64
    private static let patience = Duration.seconds(15)

    private let parts: Parts

    package init(_ parts: Parts) {
        self.parts = parts
    }

    /// Whether the settings ask for a remote solver that lacks its key.
    package var lacksKey: Bool {
        isRemote(parts.settings.current) && parts.remote == nil
    }

    private func isRemote(_ settings: LiveSettings) -> Bool {
        switch settings[.solverProvider] {
        case .openai: true
        case .builtin: false
        case .auto: parts.isRemoteNamed
        }
    }

    /// - Parameter requestID: what the request log knows the request by; remote calls are in the ledger under it.
    package func solve(
        _ upload: SpooledUpload, for user: User, requestID: String
    ) async throws(Refusal) -> SolverReply {
        guard upload.size > 0 else { throw .invalidImage("The image is empty") }
        do throws(ImageError) {
            _ = try ImageProbe(fileDescriptor: upload.descriptor)
        } catch {
            throw refusal(error)
        }
        let settings = parts.settings.current
        if isRemote(settings) {
            let reply = try await solveRemotely(upload, settings)
            await enter(reply, user, requestID)
            return reply
        }
        return try await solveHere(upload)
    }

    private func solveRemotely(
        _ upload: SpooledUpload, _ settings: LiveSettings
    ) async throws(Refusal) -> SolverReply {
        let input: SolverInput
        do throws(ImageError) {
            input = try await self.input(for: upload)
        } catch {
            throw refusal(error)
        }
        guard let remote = parts.remote else { throw .solver(SolverFailure(.notConfigured)) }
        let question = SolverQuestion(
            model: settings[.solverModel], prompt: settings[.solverPrompt],
            timeout: .milliseconds(Int(settings[.solverTimeout] * 1000)),
            retryBase: .milliseconds(Int(settings[.solverRetryBase] * 1000)))
        RequestTrace.current?.setModel(question.model)
        do throws(SolverFailure) {
            return try await remote.solve(input, asking: question)
        } catch {
            parts.log.warning(
                "the solver failed",
                ["code": .text(error.code.rawValue), "answer": .text(error.log)])
            throw .solver(error)
        }
    }

    /// Puts a remote call into the ledger: its tokens, at no price, since none is configured.
    private func enter(_ reply: SolverReply, _ user: User, _ requestID: String) async {
        let now = parts.clock.now()
        let entry = UsageEntry(
            id: UUIDValue.timeOrdered(milliseconds: now.milliseconds).description, user: user.id,
            service: "core.image_solve", purpose: .solve, subject: nil, requestID: requestID,
            provider: "openai", model: reply.model, tokensIn: reply.usage.prompt,
            tokensOut: reply.usage.completion, units: 1, isEstimated: false, costNanoUSD: 0,
            createdAt: now)
        do {
            try await parts.store.write { try $0.usage.append(entry) }
        } catch {
            parts.log.error("a call is missing in the ledger", ["error": .text("\(error)")])
        }
    }

    /// The picture as it is where it may go out so, else an upright JPEG.
    private func input(for upload: SpooledUpload) async throws(ImageError) -> SolverInput {
        let probe = try ImageProbe(fileDescriptor: upload.descriptor)
        let isPlain =
            probe.format != .heic && probe.orientation == 1
            && max(probe.width, probe.height) <= Self.remoteSide
        // What cannot be decoded here is not sent either.
        let side = isPlain ? Self.trialSide : Self.remoteSide
        let specification = Rendition.Specification(
            .fit(width: side, height: side), .jpeg(quality: 90))
        let made = try await parts.render(upload.descriptor, specification)
        return isPlain
            ? SolverInput(bytes: try Self.bytes(of: upload), mediaType: probe.format.mediaType)
            : SolverInput(bytes: made, mediaType: "image/jpeg")
    }

    private static func bytes(of upload: SpooledUpload) throws(ImageError) -> [UInt8] {
        do throws(Failure) {
            return try upload.bytes()
        } catch {
            throw .unavailable(error.message)
        }
    }

    private func solveHere(_ upload: SpooledUpload) async throws(Refusal) -> SolverReply {
        let builtin = parts.builtin
        RequestTrace.current?.setModel(builtin.model)
        let end = ContinuousClock.now + Self.patience
        let read: (lines: [String], isComplete: Bool)
        do throws(ImageError) {
            read = try await lines(in: upload)
        } catch {
            throw refusal(error)
        }
        let result: String
        if read.lines.isEmpty, !read.isComplete {
            result = "ERROR: timed out"
        } else {
            do {
                // Exact numbers can take their time, which must not be that of other requests.
                result = try await Self.queue.run {
                    builtin.answer(to: read.lines) { ContinuousClock.now > end }
                }
            } catch {
                throw .solver(SolverFailure(.unknown, log: "\(error)"))
            }
        }
        return SolverReply(result: result, model: builtin.model, usage: .zero)
    }

    /// Reads the picture, once more if its reader died: that may have been another picture's doing.
    private func lines(
        in upload: SpooledUpload
    ) async throws(ImageError) -> (lines: [String], isComplete: Bool) {
        do throws(ImageError) {
            return try await parts.readLines(upload.descriptor)
        } catch {
            guard case .decoderDied(let reason) = error else { throw error }
            parts.log.warning("a picture killed its reader", ["reason": .text(reason)])
            return try await parts.readLines(upload.descriptor)
        }
    }

    private func refusal(_ error: ImageError) -> Refusal {
        switch error {
        case .notAnImage: return .invalidImage("The file is not an image")
        case .unsupported(let type):
            return .invalidImage(
                "\(type) is not supported; send JPEG, PNG, WebP, GIF or HEIC")
        case .tooManyPixels: return .invalidImage("The image has more than 50 megapixels")
        case .sideTooLong: return .invalidImage("A side is longer than 16384 pixels")
        case .damaged: return .invalidImage("The image cannot be decoded")
        case .decoderDied(let reason), .unavailable(let reason):
            parts.log.error("no picture can be read", ["reason": .text(reason)])
            return .solver(SolverFailure(.unavailable, log: reason))
        }
    }
}
