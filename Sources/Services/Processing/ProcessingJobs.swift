import Domain

/// An attempt at an image, queued instead of waited for.
package struct ProcessImage: Job {
    package static let kind = JobKind("process_image", queue: .normal)

    package var image_id: String
    /// Scheme and host for the thumbnail's URL in the result.
    package var origin: String?
    /// Only waits for an attempt that goes on already.
    package var follows: Bool?

    package init(image_id: String, origin: String? = nil, follows: Bool? = nil) {
        self.image_id = image_id
        self.origin = origin
        self.follows = follows
    }
}

/// An entry of the retry queue: an image that waits for its next attempt.
package struct ProcessImageRetry: Job {
    // An entry goes when its attempt has answered; one that threw stays, however often.
    package static let kind = JobKind(
        "process_image_retry", queue: .normal, attempts: 1_000_000, start: .family,
        isOpenToAdmins: false)

    package var image_id: String

    package init(image_id: String) {
        self.image_id = image_id
    }

    /// One entry per image.
    package static func key(_ number: Int64) -> String { "processing-retry-\(number)" }
}

/// Works off the retry queue by the clock.
package struct RetryQueue: Job {
    package static let kind = JobKind("retry_queue", queue: .normal, attempts: 1)

    package init() {}
}

/// Embeds texts anew whose embeddings are of another model than the one in force.
package struct ReembedImages: Job {
    package static let kind = JobKind("reembed_images", queue: .batch, attempts: 1000)

    package init() {}
}
