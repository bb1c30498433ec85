import Domain
import Synchronization

/// What becomes known about a request on its way through the layers, for the request log.
///
/// Bound to the task that answers a logged route; elsewhere `current` is nil and nothing is noted.
package final class RequestTrace: Sendable {
    @TaskLocal package static var current: RequestTrace?

    /// All that was noted.
    package struct Notes: Sendable {
        package var user: String?
        package var tokenPrefix: String?
        /// Whether the request carried or named an image.
        package var hasNamedImage = false
        /// The bytes it carried, where they came in whole.
        package var upload: SpooledUpload?
        /// Whether the bytes are known to be no picture that can be decoded.
        package var isUndecodable = false
        package var model: String?
        package var errorCode: String?
        package var result: String?
        package var costNanoUSD = 0
        /// When the last byte of the body had come.
        package var received: ContinuousClock.Instant?
        /// Whether the request is none for the log: one that is answered with an earlier answer, say.
        package var isLeftOut = false
    }

    private let state = Mutex(Notes())

    package init() {}

    package var notes: Notes { state.withLock { $0 } }

    private func note(_ change: (inout sending Notes) -> Void) {
        state.withLock { change(&$0) }
    }

    /// Who asks, once that is known.
    package func identify(_ user: User, token: String?) {
        note {
            $0.user = user.email
            $0.tokenPrefix = token.map { String($0.prefix(12)) }
        }
    }

    /// The same asker as another request's.
    package func identify(like other: Notes) {
        note {
            $0.user = other.user
            $0.tokenPrefix = other.tokenPrefix
        }
    }

    /// The request names an image, or carries one that was not taken in whole.
    package func nameImage() {
        note { $0.hasNamedImage = true }
    }

    /// The request carries something in the place of an image that is not taken.
    package func refuseImage() {
        note {
            $0.hasNamedImage = true
            $0.isUndecodable = true
            $0.errorCode = "invalid_image"
        }
    }

    /// The bytes that the request carried, be they a picture or not.
    package func carry(_ upload: SpooledUpload) {
        note {
            $0.hasNamedImage = true
            $0.upload = upload
        }
    }

    package func markReceived() {
        note { $0.received = $0.received ?? .now }
    }

    package func markUndecodable() {
        note { $0.isUndecodable = true }
    }

    package func leaveOut() {
        note { $0.isLeftOut = true }
    }

    /// The model that was asked, a remote one's name or a built-in one's.
    package func setModel(_ model: String) {
        note { $0.model = model }
    }

    package func setErrorCode(_ code: String) {
        note { $0.errorCode = code }
    }

    package func setResult(_ result: String) {
        note { $0.result = result }
    }

    package func addCost(nanoUSD: Int) {
        note { $0.costNanoUSD += nanoUSD }
    }
}
