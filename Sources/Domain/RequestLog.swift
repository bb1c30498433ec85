/// One row of the request log: a request that carried or named an image, and how it was answered.
package struct LoggedRequest: Sendable, Equatable {
    /// A lowercase UUID.
    package var id: String
    package var time: Time
    /// The family and the action: `core.image_solve`.
    package var service: String
    /// Nil for a success.
    package var errorCode: String?
    package var isSuccess: Bool
    package var milliseconds: Int
    package var requestBytes: Int
    package var responseBytes: Int
    package var requestID: String
    /// The first twelve characters of the API token.
    package var tokenPrefix: String?
    /// The account's e-mail.
    package var user: String?
    package var model: String?
    /// Whether its image is kept.
    package var hasImage: Bool
    package var costNanoUSD: Int
    /// What a solver answered.
    package var result: String?

    package init(
        id: String, time: Time, service: String, errorCode: String?, isSuccess: Bool,
        milliseconds: Int, requestBytes: Int, responseBytes: Int, requestID: String,
        tokenPrefix: String?, user: String?, model: String?, hasImage: Bool, costNanoUSD: Int,
        result: String?
    ) {
        self.id = id
        self.time = time
        self.service = service
        self.errorCode = errorCode
        self.isSuccess = isSuccess
        self.milliseconds = milliseconds
        self.requestBytes = requestBytes
        self.responseBytes = responseBytes
        self.requestID = requestID
        self.tokenPrefix = tokenPrefix
        self.user = user
        self.model = model
        self.hasImage = hasImage
        self.costNanoUSD = costNanoUSD
        self.result = result
    }
}

/// The image of a logged request, kept byte for byte.
package struct SavedImage: Sendable, Equatable {
    /// A lowercase UUID.
    package var id: String
    /// The log row's UUID.
    package var logID: String
    package var requestID: String
    package var service: String
    package var mediaType: String
    package var size: Int
    package var sha256: [UInt8]
    /// Size as stored, in pixels; nil where the bytes are no picture.
    package var width: Int?
    package var height: Int?
    package var createdAt: Time
    /// The number of its blob.
    package var blob: Int64

    package init(
        id: String, logID: String, requestID: String, service: String, mediaType: String,
        size: Int, sha256: [UInt8], width: Int?, height: Int?, createdAt: Time, blob: Int64
    ) {
        self.id = id
        self.logID = logID
        self.requestID = requestID
        self.service = service
        self.mediaType = mediaType
        self.size = size
        self.sha256 = sha256
        self.width = width
        self.height = height
        self.createdAt = createdAt
        self.blob = blob
    }
}

/// Which rows of the request log are asked for; nil asks for all.
package struct RequestLogFilter: Sendable, Equatable {
    package var from: Time?
    package var to: Time?
    package var service: String?
    package var isSuccess: Bool?
    package var user: String?
    package var requestID: String?

    package init() {}
}

/// Which saved images are asked for; nil asks for all.
package struct SavedImageFilter: Sendable, Equatable {
    package var from: Time?
    package var to: Time?
    package var requestID: String?
    package var sha256: [UInt8]?
    package var mediaType: String?

    package init() {}
}

/// One page of a list.
package struct ListPage<Item: Sendable>: Sendable {
    package var items: [Item]
    package var count: Int
    /// Counted from one.
    package var number: Int

    package static var size: Int { 25 }

    package var next: Int? { number * Self.size < count ? number + 1 : nil }
    package var previous: Int? { number > 1 ? number - 1 : nil }

    package init(items: [Item], count: Int, number: Int) {
        self.items = items
        self.count = count
        self.number = number
    }
}
