import Domain
import HTTP
import Services

/// The multipart form of an upload, read while it comes in.
struct UploadForm {
    /// The first `image` part: on disk, or what is wrong with it.
    private(set) var image: Result<SpooledUpload, Fault> = .failure(.init("No file was submitted."))
    /// The form's own fingerprint; nil where it has none.
    private(set) var fingerprint: Result<String, Fingerprint.Fault>?

    /// A complaint about the picture.
    struct Fault: Error, Equatable {
        let message: String

        init(_ message: String) {
            self.message = message
        }

        static func tooLarge(_ limit: Int) -> Fault {
            Fault("Image file too large. Maximum size is \(limit / 1_048_576)MB.")
        }
    }

    private static let chunkBytes = 256 * 1024
    /// What a form may have around its picture before its stated length alone refuses it.
    static let overheadBytes = 1 << 20

    /// - Parameter limit: bytes that the picture may have.
    init(
        _ request: Request, spool: Spool, limit: Int, multipart: MultipartReader.Limits
    ) async throws {
        let tooLarge = Fault.tooLarge(limit)
        switch request.mediaType {
        case "multipart/form-data":
            if let length = request.body.length, length > limit + Self.overheadBytes {
                image = .failure(tooLarge)
                RequestTrace.current?.refuseImage()
                return
            }
            try await read(request, spool, limit, tooLarge, multipart)
        case "application/x-www-form-urlencoded":
            try await readURLEncoded(request)
        case nil where request.body.isEmpty:
            return
        case let type:
            throw Refused(
                .detail(
                    .unsupportedMediaType,
                    "Unsupported media type \"\(type ?? "")\" in request."))
        }
    }

    private mutating func read(
        _ request: Request, _ spool: Spool, _ limit: Int, _ tooLarge: Fault,
        _ multipart: MultipartReader.Limits
    ) async throws {
        do {
            var form = try MultipartReader(request, limits: multipart)
            var hasImage = false
            while let part = try await form.nextPart() {
                if part.name == "image", !hasImage {
                    hasImage = true
                    image = try await Self.picture(part, &form, spool, limit, tooLarge)
                    // Nobody needs the rest of what is too large already.
                    if case .failure(let fault) = image, fault.message == tooLarge.message {
                        RequestTrace.current?.refuseImage()
                        return
                    }
                } else if part.name == "fingerprint", fingerprint == nil {
                    fingerprint = try await Self.text(part, &form)
                }
            }
        } catch let error as MultipartError {
            throw Self.refused(error)
        }
    }

    /// What a form is answered with that cannot be read to its end.
    static func refused(_ error: MultipartError) -> Refused {
        switch error {
        case .tooManyParts: Refused(.detail(.badRequest, "Too many parts."))
        case .body(.timedOut):
            Refused(.detail(.requestTimeout, "The upload came in too slowly."))
        default: Refused(.detail(.badRequest, "Multipart form parse error."))
        }
    }

    /// A part that is a file, taken into the spool; too large a one is read no further than that shows.
    static func picture(
        _ part: MultipartReader.Part, _ form: inout MultipartReader, _ spool: Spool, _ limit: Int,
        _ tooLarge: Fault
    ) async throws -> Result<SpooledUpload, Fault> {
        guard part.filename != nil else {
            return .failure(
                Fault(
                    "The submitted data was not a file. Check the encoding type on the form."))
        }
        let file = try spool.begin()
        var pending: [UInt8] = []
        var size = 0
        while let chunk = try await form.nextChunk() {
            size += chunk.count
            guard size <= limit else { return .failure(tooLarge) }
            pending += chunk
            if pending.count >= Self.chunkBytes {
                try await file.append(pending)
                pending.removeAll(keepingCapacity: true)
            }
        }
        try await file.append(pending)
        let upload = await file.finish()
        RequestTrace.current?.carry(upload)
        guard size > 0 else {
            RequestTrace.current?.refuseImage()
            return .failure(Fault("The submitted file is empty."))
        }
        return .success(upload)
    }

    /// A part that holds a fingerprint.
    static func text(
        _ part: MultipartReader.Part, _ form: inout MultipartReader
    ) async throws(MultipartError) -> Result<String, Fingerprint.Fault> {
        guard part.filename == nil else { return .failure(.notText) }
        do throws(MultipartError) {
            let bytes = try await form.collect(upTo: 64 * 1024)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                return .failure(.notText)
            }
            do throws(Fingerprint.Fault) {
                return .success(try Fingerprint.parse(text))
            } catch {
                return .failure(error)
            }
        } catch {
            guard case .partTooLarge = error else { throw error }
            return .failure(.tooLong)
        }
    }

    private mutating func readURLEncoded(_ request: Request) async throws {
        let bytes: [UInt8]
        do throws(BodyError) {
            bytes = try await request.body.collect(upTo: 1 << 20)
        } catch {
            if error == .overloaded { throw error }
            throw Refused(.detail(.badRequest, "Malformed form."))
        }
        guard let form = try? Query(parsing: String(decoding: bytes, as: UTF8.self)) else {
            throw Refused(.detail(.badRequest, "Malformed form."))
        }
        guard let text = form["fingerprint"] else { return }
        do throws(Fingerprint.Fault) {
            fingerprint = .success(try Fingerprint.parse(text))
        } catch {
            fingerprint = .failure(error)
        }
    }
}
