import CImaging
import Glibc
import Synchronization

/// Something an operator wants to count and read about.
package enum WorkerEvent: Sendable, Equatable {
    /// A worker crashed, hung or was caught; another takes its place.
    case died(String)
    /// No worker could be started.
    case notStarted(String)
}

/// Caged processes that decode pictures, started ahead of need, so that a hostile picture can kill
/// nothing but the one that decodes it.
package final class WorkerPool: Sendable {
    package struct Configuration: Sendable {
        /// What to run: this executable, as a rule.
        package var executable = "/proc/self/exe"
        /// The hidden verb and whatever else leads to `DecodeWorker.run`.
        package var arguments: [String]
        package var workers = 2
        /// False only where the kernel has no seccomp: the workers then have limits but no cage.
        package var isCaged = true
        /// A worker is replaced after so many pictures, whatever it may have kept of them.
        package var picturesPerWorker = 256
        /// Pictures wait until their share of this is free.
        package var maximumDecodedBytes = 256 << 20
        /// The time one picture may take: this and some more for each megapixel.
        package var baseDeadline = Duration.seconds(5)
        package var deadlinePerMegapixel = Duration.milliseconds(400)
        /// Tesseract's languages, joined by a plus sign.
        package var textLanguages = "eng"
        /// A text reader that has nothing to do is stopped after this.
        package var textReaderIdleSeconds = 60

        package init(arguments: [String]) {
            self.arguments = arguments
        }
    }

    private let configuration: Configuration
    private let pictures = BlockingQueue<WorkerJob>()
    private let texts = BlockingQueue<WorkerJob>()
    private let budget: DecodeBudget
    private let threads: Mutex<[pthread_t]>

    /// Starts the workers. `report` is called on their threads and must not block.
    package init(
        _ configuration: Configuration, report: @escaping @Sendable (WorkerEvent) -> Void = { _ in }
    ) {
        self.configuration = configuration
        budget = DecodeBudget(maximumBytes: configuration.maximumDecodedBytes)
        let (pictures, texts) = (pictures, texts)
        let arguments = configuration.arguments + (configuration.isCaged ? [] : ["uncaged"])
        let decoder = WorkerThread(
            executable: configuration.executable, arguments: arguments,
            picturesPerWorker: configuration.picturesPerWorker, idleSeconds: nil, queue: pictures,
            report: report)
        let reader = WorkerThread(
            executable: configuration.executable,
            arguments: arguments + [DecodeWorker.textArgument + configuration.textLanguages],
            picturesPerWorker: configuration.picturesPerWorker,
            idleSeconds: configuration.textReaderIdleSeconds, queue: texts, report: report)
        let decoders = (0..<max(1, configuration.workers)).compactMap { _ in decoder.start() }
        threads = Mutex(decoders + [reader.start()].compactMap { $0 })
    }

    deinit {
        close()
    }

    /// Takes an open file in. The descriptor stays the caller's and open until this returns.
    package func intake(
        fileDescriptor: Int32, _ parameters: IntakeParameters
    ) async throws(ImageError) -> IntakeResult {
        try IntakeResult(encoded: await decode(fileDescriptor, .intake(parameters)))
    }

    /// Makes renditions of an open file, at most 32, from one decode. The descriptor stays the caller's and open until
    /// this returns.
    package func render(
        fileDescriptor: Int32, _ specifications: [Rendition.Specification]
    ) async throws(ImageError) -> [Rendition] {
        var wire = WireReader(try await decode(fileDescriptor, .render(specifications)))
        let renditions = try wire.renditions()
        guard renditions.map(\.specification) == specifications else { throw WireReader.broken }
        return renditions
    }

    /// Makes renditions of a picture in memory.
    package func render(
        bytes: [UInt8], _ specifications: [Rendition.Specification]
    ) async throws(ImageError) -> [Rendition] {
        let descriptor = try Self.memoryFile(bytes)
        defer { _ = Glibc.close(descriptor) }
        return try await render(fileDescriptor: descriptor, specifications)
    }

    /// Has a worker decode a file, as soon as there is memory for it.
    private func decode(
        _ fileDescriptor: Int32, _ request: WorkerRequest
    ) async throws(ImageError) -> [UInt8] {
        let probe = try ImageProbe(fileDescriptor: fileDescriptor)
        let size = try MappedFile.size(of: fileDescriptor)
        let cost = probe.decodedBytes
        await budget.acquire(cost)
        defer { budget.release(cost) }
        let pixels = probe.width * probe.height
        let deadline =
            configuration.baseDeadline + configuration.deadlinePerMegapixel * (pixels / 1_000_000)
        return try await ask(request.encoded(size: size), fileDescriptor, deadline, pictures)
    }

    /// Takes the file at `path` in.
    package func intake(
        path: String, _ parameters: IntakeParameters
    ) async throws(ImageError) -> IntakeResult {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unavailable("cannot open the file: errno \(errno)") }
        defer { _ = Glibc.close(descriptor) }
        return try await intake(fileDescriptor: descriptor, parameters)
    }

    /// Takes a picture in memory in.
    package func intake(
        bytes: [UInt8], _ parameters: IntakeParameters
    ) async throws(ImageError) -> IntakeResult {
        let descriptor = try Self.memoryFile(bytes)
        defer { _ = Glibc.close(descriptor) }
        return try await intake(fileDescriptor: descriptor, parameters)
    }

    /// The words in an encoded picture, in reading order; empty where there are none, where no
    /// recogniser is installed, or where it takes longer than five seconds.
    package func recognizeText(in bytes: [UInt8]) async -> [TextWord] {
        guard let descriptor = try? Self.memoryFile(bytes) else { return [] }
        defer { _ = Glibc.close(descriptor) }
        let packet = WorkerRequest.recognizeText.encoded(size: bytes.count)
        do throws(ImageError) {
            return try TextWord.decode(try await ask(packet, descriptor, .seconds(5), texts))
        } catch {
            return []
        }
    }

    /// The lines of sums and equations in an open picture, from top to bottom, as somebody would type them.
    ///
    /// Takes at most about twelve seconds. The descriptor stays the caller's and open until this returns.
    package func readFormulas(
        fileDescriptor: Int32
    ) async throws(ImageError) -> FormulaReading {
        let probe = try ImageProbe(fileDescriptor: fileDescriptor)
        let size = try MappedFile.size(of: fileDescriptor)
        let cost = probe.decodedBytes
        await budget.acquire(cost)
        defer { budget.release(cost) }
        let packet = WorkerRequest.readFormulas(milliseconds: 8_000).encoded(size: size)
        let bytes = try await ask(packet, fileDescriptor, .seconds(14), texts)
        return try FormulaReading(encoded: bytes)
    }

    /// Ends all workers; requests that are under way are finished, later ones refused.
    package func close() {
        pictures.close()
        texts.close()
        let ending = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in ending { pthread_join(thread, nil) }
    }

    /// Asks a worker for a deed that only workers of a test know; the process number of the worker, if it
    /// survived.
    package func attempt(_ trial: String) async throws(ImageError) -> Int32 {
        let descriptor = try Self.memoryFile([0])
        defer { _ = Glibc.close(descriptor) }
        let packet = WorkerRequest.trial(trial).encoded(size: 1)
        let bytes = try await ask(packet, descriptor, configuration.baseDeadline, pictures)
        guard let number = Int32(String(decoding: bytes, as: UTF8.self)) else {
            throw WireReader.broken
        }
        return number
    }

    private func ask(
        _ packet: [UInt8], _ descriptor: Int32, _ deadline: Duration,
        _ queue: BlockingQueue<WorkerJob>
    ) async throws(ImageError) -> [UInt8] {
        let answer: Result<[UInt8], ImageError> = await withCheckedContinuation { continuation in
            let job = WorkerJob(
                packet: packet, descriptor: descriptor,
                milliseconds: Int32(clamping: Int(deadline / .milliseconds(1))),
                completion: { continuation.resume(returning: $0) })
            if !queue.push(job) {
                continuation.resume(returning: .failure(.unavailable("the pool is closed")))
            }
        }
        return try answer.get()
    }

    private static func memoryFile(_ bytes: [UInt8]) throws(ImageError) -> Int32 {
        let descriptor = ci_memory_file()
        guard descriptor >= 0 else { throw .unavailable("memory file: errno \(errno)") }
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress! + offset, $0.count - offset, off_t(offset))
            }
            guard written > 0 else {
                _ = Glibc.close(descriptor)
                throw .unavailable("memory file: errno \(errno)")
            }
            offset += written
        }
        return descriptor
    }
}

extension ImageProbe {
    /// About what decoding takes at most, beside the file itself.
    var decodedBytes: Int {
        let perPixel =
            switch format {
            case .jpeg: 3
            case .png, .gif: 6
            case .webp: isAnimated ? 14 : 6
            case .heic: 10
            }
        return width * height * perPixel
    }
}
