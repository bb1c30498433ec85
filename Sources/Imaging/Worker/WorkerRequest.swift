/// What a worker is asked to do with the file that comes with the request.
enum WorkerRequest {
    case intake(IntakeParameters)
    case render([Rendition.Specification])
    case recognizeText
    /// To read lines of sums and equations within so many milliseconds.
    case readFormulas(milliseconds: Int)
    /// Something forbidden, to see it die: only workers that were started for a test know any.
    case trial(String)

    /// `size` is that of the file that comes along: the worker may not ask the system for it.
    func encoded(size: Int) -> [UInt8] {
        var wire = WireWriter()
        wire.put(size)
        switch self {
        case .intake(let parameters):
            wire.put(UInt8(1))
            wire.put(parameters.maximumMegapixels)
            wire.put(parameters.quality)
            wire.put(parameters.thumbnail.name)
            wire.put(parameters.rasterSide)
            Self.put(parameters.renditions, to: &wire)
        case .render(let specifications):
            wire.put(UInt8(4))
            Self.put(specifications, to: &wire)
        case .recognizeText: wire.put(UInt8(2))
        case .readFormulas(let milliseconds):
            wire.put(UInt8(5))
            wire.put(milliseconds)
        case .trial(let name):
            wire.put(UInt8(3))
            wire.put(name)
        }
        return wire.bytes
    }

    static func decode(_ bytes: [UInt8]) throws(ImageError) -> (WorkerRequest, size: Int) {
        var wire = WireReader(bytes)
        let size = try wire.int()
        switch try wire.byte() {
        case 1:
            var parameters = IntakeParameters()
            parameters.maximumMegapixels = try wire.double()
            parameters.quality = try wire.int()
            parameters.thumbnail = try specification(&wire)
            parameters.rasterSide = try wire.int()
            parameters.renditions = try specifications(&wire)
            return (.intake(parameters), size)
        case 2: return (.recognizeText, size)
        case 5: return (.readFormulas(milliseconds: try wire.int(in: 0...60_000)), size)
        case 3: return (.trial(try wire.string()), size)
        case 4: return (.render(try specifications(&wire)), size)
        default: throw WireReader.broken
        }
    }

    /// As many specifications as a packet holds with ease.
    private static let renditions = 0...32

    private static func put(_ list: [Rendition.Specification], to wire: inout WireWriter) {
        precondition(renditions.contains(list.count), "one request makes a few renditions")
        wire.put(list.count)
        for specification in list { wire.put(specification.name) }
    }

    private static func specifications(
        _ wire: inout WireReader
    ) throws(ImageError) -> [Rendition.Specification] {
        var list: [Rendition.Specification] = []
        for _ in 0..<(try wire.int(in: renditions)) { list.append(try specification(&wire)) }
        return list
    }

    private static func specification(
        _ wire: inout WireReader
    ) throws(ImageError) -> Rendition.Specification {
        guard let specification = Rendition.Specification(name: try wire.string()) else {
            throw WireReader.broken
        }
        return specification
    }
}

/// The short message with which a worker ends a request; the result itself lies in the shared file.
enum WorkerReply {
    /// So many bytes of result.
    case done(Int)
    case failed(ImageError)

    var encoded: [UInt8] {
        var wire = WireWriter()
        switch self {
        case .done(let count):
            wire.put(UInt8(0))
            wire.put(count)
        case .failed(let error):
            let (code, text) =
                switch error {
                case .notAnImage: (1, "")
                case .unsupported(let mediaType): (2, mediaType)
                case .tooManyPixels: (3, "")
                case .sideTooLong: (4, "")
                case .damaged(let reason): (5, reason)
                case .decoderDied(let reason): (6, reason)
                case .unavailable(let reason): (7, reason)
                }
            wire.put(UInt8(code))
            wire.put(String(text.prefix(200)))
        }
        return wire.bytes
    }

    static func decode(_ bytes: [UInt8]) throws(ImageError) -> WorkerReply {
        var wire = WireReader(bytes)
        let code = try wire.byte()
        if code == 0 { return .done(try wire.int(in: 0...(256 << 20))) }
        let text = String(try wire.string().prefix(200))
        switch code {
        case 1: return .failed(.notAnImage)
        case 2: return .failed(.unsupported(mediaType: text))
        case 3: return .failed(.tooManyPixels)
        case 4: return .failed(.sideTooLong)
        case 5: return .failed(.damaged(text))
        case 7: return .failed(.unavailable(text))
        default: return .failed(.decoderDied(text))
        }
    }
}
