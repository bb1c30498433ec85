import CHEIF
import CImaging
import Glibc

/// The inside of the cage: a process that takes pictures through a socket and answers through a
/// shared file. Started by `WorkerPool` as the same executable under a hidden verb.
package enum DecodeWorker {
    /// Serves until the master hangs up.
    ///
    /// `arguments` are those behind the verb, as the pool gives them. `trials` are forbidden deeds by name
    /// that a test asks for.
    package static func run(
        arguments: [String], trials: [String: @Sendable () -> Void] = [:]
    ) -> Never {
        guard ci_die_with_master() == 0 else { exit(71) }
        ci_keep_one_arena()
        let languages = arguments.first { $0.hasPrefix(textArgument) }
        let recognizer = prepare(
            languages: languages.map { String($0.dropFirst(textArgument.count)) })
        guard Cage.close(isFiltered: !arguments.contains("uncaged")) else { exit(71) }
        let worker = Worker(recognizer: recognizer, trials: trials)
        while let (packet, descriptor) = nextRequest() {
            worker.serve(packet, descriptor)
        }
        exit(0)
    }

    /// What the argument of a worker that reads text begins with; Tesseract's languages follow.
    static let textArgument = "text="

    /// The descriptors a worker is started with.
    static let socket: Int32 = 3
    static let sharedFile: Int32 = 4

    /// Everything that reads files has to happen before the cage closes.
    private static func prepare(languages: String?) -> TextRecognizer? {
        // Little CMS dates the profiles it makes, for which the C library reads the time zone once.
        tzset()
        heif_init(nil)
        return languages.flatMap { TextRecognizer(languages: $0) }
    }

    /// Waits for a request. Memory is given back once there is a pause: between two pictures in a row it
    /// would only have to be taken anew.
    private static func nextRequest() -> ([UInt8], Int32)? {
        var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        if poll(&waiting, 1, 100) == 0 { ci_trim() }
        return receive()
    }

    private static func receive() -> ([UInt8], Int32)? {
        var descriptor: Int32 = -1
        var received = 0
        let packet = [UInt8](unsafeUninitializedCapacity: 4_096) { bytes, count in
            received = ci_receive(socket, bytes.baseAddress, bytes.count, &descriptor)
            count = max(0, received)
        }
        return received > 0 ? (packet, descriptor) : nil
    }
}

private struct Worker {
    let recognizer: TextRecognizer?
    let trials: [String: @Sendable () -> Void]

    func serve(_ packet: [UInt8], _ descriptor: Int32) {
        defer { if descriptor >= 0 { close(descriptor) } }
        let reply: WorkerReply
        do throws(ImageError) {
            let result = try answer(packet, descriptor)
            try share(result)
            reply = .done(result.count)
        } catch {
            reply = .failed(error)
        }
        let bytes = reply.encoded
        if ci_send(DecodeWorker.socket, bytes, bytes.count, -1) < 0 { exit(0) }
    }

    private func answer(_ packet: [UInt8], _ descriptor: Int32) throws(ImageError) -> [UInt8] {
        let (request, size) = try WorkerRequest.decode(packet)
        if case .trial(let name) = request {
            trials[name]?()
            return Array("\(getpid())".utf8)
        }
        let file = try MappedFile(fileDescriptor: descriptor, size: size)
        if case .intake(let parameters) = request {
            return try Intake.run(file.bytes, parameters).encoded
        }
        if case .render(let specifications) = request {
            var wire = WireWriter()
            wire.put(try Intake.render(file.bytes, specifications))
            return wire.bytes
        }
        guard let recognizer else { throw .unavailable("no text recogniser is installed") }
        let probe = try ImageProbe(file.bytes)
        let image = try Decoder.decode(file.bytes, probe, minimum: (probe.width, probe.height))
        var bitmap = image.bitmap
        bitmap.flattenOnWhite()
        let upright = bitmap.upright(from: probe.orientation)
        if case .readFormulas(let milliseconds) = request {
            return recognizer.formulas(in: upright, milliseconds: milliseconds).encoded
        }
        return TextWord.encode(recognizer.words(in: upright, milliseconds: 4_000))
    }

    private func share(_ result: [UInt8]) throws(ImageError) {
        var offset = 0
        while offset < result.count {
            let written = result.withUnsafeBytes {
                pwrite(
                    DecodeWorker.sharedFile, $0.baseAddress! + offset, $0.count - offset,
                    off_t(offset))
            }
            guard written > 0 else { throw .unavailable("shared file: errno \(errno)") }
            offset += written
        }
    }
}
