import Domain
import Imaging

/// Why an upload was not analysed, in the terms of its uploader.
package enum UploadFailure: Error, Sendable, Equatable {
    /// The picture cannot be taken; the message belongs to the field `image`.
    case invalidImage(String)
    case limited(RateLimiter.Refusal)
    /// No provider is configured.
    case notConfigured
    /// The analysis failed; the sentence may be shown.
    case analysis(String)
    /// Nobody wants the result any more.
    case cancelled
    /// There is no room to store it; reading goes on, and uploads do once there is some again.
    case storageFull

    static let notAPicture = UploadFailure.invalidImage(
        "Upload a valid image. The file you uploaded was either not an image or a corrupted image.")

    init(_ error: ImageError) {
        switch error {
        case .unsupported(let mediaType):
            self = .invalidImage(
                "Unsupported image type: \(mediaType). "
                    + "Allowed types: JPEG, PNG, WebP, GIF, HEIC.")
        case .tooManyPixels:
            self = .invalidImage(
                "Image is too large. Maximum is \(ImageLimits.pixels / 1_000_000) megapixels.")
        case .sideTooLong:
            self = .invalidImage(
                "Image is too large. Maximum side is \(ImageLimits.side) pixels.")
        case .unavailable:
            self = .analysis("Image decoder unavailable")
        case .notAnImage, .damaged, .decoderDied:
            self = .notAPicture
        }
    }

    init(_ failure: ProviderFailure) {
        let reason =
            switch failure.reason {
            case .rateLimited: "Rate limit exceeded"
            case .authentication: "Authentication failed"
            case .timedOut: "Request timed out"
            case .connection: "Connection failed"
            case .server: "Server error"
            case .rejected: "Request rejected"
            case .invalidResponse: "Invalid response"
            }
        self = .analysis("OpenAI API error: " + reason)
    }
}
