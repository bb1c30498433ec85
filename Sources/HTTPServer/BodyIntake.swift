import HTTP

/// The body of the request under way, between the socket and its reader.
struct BodyIntake {
    private enum Framing {
        case none
        case length(left: Int)
        case chunked(ChunkedDecoder)
    }

    private var framing: Framing
    private var chunks: [[UInt8]] = []
    private var firstChunk = 0
    private(set) var buffered = 0
    private(set) var received = 0
    /// The reader keeps what it takes until the answer.
    var isKept = false
    /// Taken by a reader that keeps it.
    private var kept = 0
    private(set) var isComplete = false
    private(set) var failure: BodyError?
    /// The client waits for a word before it sends the body.
    var owesContinue = false
    /// Nobody will read what comes.
    var isDiscarding = false
    var waiter: UnsafeContinuation<Void, Never>?
    var clock: RateClock

    init(_ framing: RequestHead.Framing, limits: HeadLimits, clock: RateClock) {
        self.clock = clock
        switch framing {
        case .none, .length(0):
            self.framing = .none
            isComplete = true
        case .length(let length):
            self.framing = .length(left: length)
        case .chunked:
            self.framing = .chunked(ChunkedDecoder(limits: limits))
        }
    }

    /// What is still to come, nil if unknown.
    var left: Int? {
        if isComplete { return 0 }
        if case .length(let left) = framing { return left }
        return nil
    }

    /// Takes body bytes from the input's start and says how many bytes it used.
    mutating func consume(_ input: Span<UInt8>) throws(Refusal) -> Int {
        var position = 0
        switch framing {
        case .none:
            isComplete = true
        case .length(let left):
            position = min(left, input.count)
            append(input.extracting(..<position))
            framing = .length(left: left - position)
            isComplete = left == position
        case .chunked(var decoder):
            framing = .none
            decoding: while true {
                switch try decoder.next(input, &position) {
                case .data(let range): append(input.extracting(range))
                case .needsMore: break decoding
                case .end:
                    isComplete = true
                    break decoding
                }
            }
            framing = .chunked(decoder)
        }
        return position
    }

    private mutating func append(_ bytes: Span<UInt8>) {
        guard !bytes.isEmpty else { return }
        received += bytes.count
        if isDiscarding { return }
        let chunk = bytes.withUnsafeBufferPointer { Array($0) }
        // Tiny pieces are joined, or a body of one-byte chunks would cost a heap object per byte.
        if firstChunk < chunks.count, chunk.count < 4096, chunks[chunks.count - 1].count < 16384 {
            chunks[chunks.count - 1] += chunk
        } else {
            chunks.append(chunk)
        }
        buffered += chunk.count
    }

    mutating func take() -> [UInt8]? {
        guard firstChunk < chunks.count else { return nil }
        let chunk = chunks[firstChunk]
        chunks[firstChunk] = []
        firstChunk += 1
        if firstChunk == chunks.count {
            chunks.removeAll(keepingCapacity: true)
            firstChunk = 0
        }
        buffered -= chunk.count
        if isKept { kept += chunk.count }
        return chunk
    }

    mutating func discard() {
        isDiscarding = true
        chunks = []
        firstChunk = 0
        buffered = 0
        kept = 0
    }

    /// Bytes of this body that are in memory.
    var held: Int { buffered + kept }

    mutating func fail(_ error: BodyError) {
        if !isComplete && failure == nil { failure = error }
        wake()
    }

    mutating func wake() {
        let waiter = waiter
        self.waiter = nil
        waiter?.resume()
    }
}

/// Hands the body of one exchange to its reader.
struct SocketBody: BodySource {
    let connection: Connection
    let exchange: Int

    func next() async throws(BodyError) -> [UInt8]? {
        try await connection.nextChunk(of: exchange, isKept: false)
    }

    func nextKept() async throws(BodyError) -> [UInt8]? {
        try await connection.nextChunk(of: exchange, isKept: true)
    }
}
