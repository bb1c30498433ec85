import Domain

/// How an attempt at an image was answered.
package enum ProcessingOutcome: Sendable {
    case complete(ProcessingImage)
    /// The embedding waits for the limiter.
    case limited(ProcessingImage, retryIn: Int)
    /// A stage failed and will be tried again.
    case retry(ProcessingImage, ProcessingFailure.Kind, maximum: Int)
    /// The image was given up.
    case failed(ProcessingImage)
    /// The image was deleted meanwhile.
    case gone

    /// The image as the attempt left it.
    package var image: ProcessingImage? {
        switch self {
        case .complete(let image), .limited(let image, _), .retry(let image, _, _),
            .failed(let image):
            image
        case .gone: nil
        }
    }
}
