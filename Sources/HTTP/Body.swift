/// Why a body ended before its end.
package enum BodyError: Error, Hashable {
    case tooLarge(limit: Int)
    /// The client hung up.
    case disconnected
    /// The framing or the content breaks its grammar.
    case malformed
    /// The client sent slower than the server's deadline allows.
    case timedOut
    /// The server holds as many bodies in memory as it may.
    case overloaded
}

/// Where the chunks of a body come from: a socket, a response under way, a test's script.
package protocol BodySource: Sendable {
    /// The next bytes, never empty; nil after the last. Called by one consumer at a time.
    func next() async throws(BodyError) -> [UInt8]?
    /// The same for a reader that keeps the bytes until the answer, which a source may count.
    func nextKept() async throws(BodyError) -> [UInt8]?
}

extension BodySource {
    package func nextKept() async throws(BodyError) -> [UInt8]? {
        try await next()
    }
}

/// The body of a message: chunks of bytes that arrive once, in order.
package struct Body: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = BodyError

    private enum Content: Sendable {
        case bytes([UInt8])
        case source(any BodySource)
    }

    private let content: Content
    /// The number of bytes that will come, nil when only the end will tell.
    package let length: Int?

    package static let empty = Body([])

    package init(_ bytes: [UInt8]) {
        content = .bytes(bytes)
        length = bytes.count
    }

    package init(_ text: String) {
        self.init(Array(text.utf8))
    }

    package init(source: any BodySource, length: Int?) {
        content = .source(source)
        self.length = length
    }

    /// True when it is known without reading that nothing will come.
    package var isEmpty: Bool { length == 0 }

    /// Reads everything into memory; a known length over the limit fails before the first byte is read.
    package func collect(upTo limit: Int) async throws(BodyError) -> [UInt8] {
        if let length, length > limit { throw .tooLarge(limit: limit) }
        switch content {
        case .bytes(let bytes):
            return bytes
        case .source(let source):
            var all: [UInt8] = []
            while let chunk = try await source.nextKept() {
                guard chunk.count <= limit - all.count else { throw .tooLarge(limit: limit) }
                if all.isEmpty {
                    all = chunk
                    all.reserveCapacity(length ?? 0)
                } else {
                    all += chunk
                }
            }
            return all
        }
    }

    package func makeAsyncIterator() -> AsyncIterator {
        switch content {
        case .bytes(let bytes): AsyncIterator(bytes: bytes, source: nil)
        case .source(let source): AsyncIterator(bytes: [], source: source)
        }
    }

    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var bytes: [UInt8]
        fileprivate let source: (any BodySource)?

        package mutating func next() async throws(BodyError) -> [UInt8]? {
            if let source { return try await source.next() }
            guard !bytes.isEmpty else { return nil }
            defer { bytes = [] }
            return bytes
        }

        package mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(BodyError) -> [UInt8]? {
            if let source { return try await source.next() }
            guard !bytes.isEmpty else { return nil }
            defer { bytes = [] }
            return bytes
        }
    }
}
