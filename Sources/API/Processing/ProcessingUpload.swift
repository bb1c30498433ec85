import HTTP
import Services

/// The multipart form of a new image, read while it comes in.
struct ProcessingUpload {
    /// The first part named `file`; nil where there is none.
    private(set) var file: SpooledUpload?
    private(set) var texts: [String: String] = [:]

    private static let chunkBytes = 256 * 1024
    /// What a form may have around its picture before its stated length alone refuses it.
    private static let overheadBytes = 1 << 20
    private static let textBytes = 64 * 1024

    static var tooLarge: Refused {
        .processing("Image size exceeds maximum of \(ImageSources.limit >> 20)MB")
    }

    init(_ request: Request, spool: Spool, limits: MultipartReader.Limits) async throws {
        if let length = request.body.length, length > ImageSources.limit + Self.overheadBytes {
            throw Self.tooLarge
        }
        do {
            var form = try MultipartReader(request, limits: limits)
            while let part = try await form.nextPart() {
                if part.name == "file" {
                    if file == nil { file = try await Self.read(&form, spool) }
                } else {
                    let bytes = try await form.collect(upTo: Self.textBytes)
                    guard let text = String(validating: bytes, as: UTF8.self) else {
                        throw Refused.processing("Invalid \(part.name)")
                    }
                    if texts[part.name] == nil { texts[part.name] = text }
                }
            }
        } catch let error as MultipartError {
            switch error {
            case .tooManyParts: throw Refused.processing("Too many parts")
            case .partTooLarge: throw Refused.processing("A field is too long")
            case .body(.timedOut):
                throw Refused(
                    .processingError(.requestTimeout, "The upload came in too slowly"))
            default: throw Refused.processing("Malformed form")
            }
        }
    }

    private static func read(
        _ form: inout MultipartReader, _ spool: Spool
    ) async throws -> SpooledUpload {
        let file = try spool.begin()
        var pending: [UInt8] = []
        var size = 0
        while let chunk = try await form.nextChunk() {
            size += chunk.count
            guard size <= ImageSources.limit else { throw tooLarge }
            pending += chunk
            if pending.count >= chunkBytes {
                try await file.append(pending)
                pending.removeAll(keepingCapacity: true)
            }
        }
        try await file.append(pending)
        let upload = await file.finish()
        RequestTrace.current?.carry(upload)
        return upload
    }
}
