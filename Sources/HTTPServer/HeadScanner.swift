import Glibc
import HTTP

/// Finds the end of a request head in bytes that arrive in any pieces, and enforces its limits on the way.
///
/// Every decision is taken at a line's end or at a limit, so the verdict does not depend on the pieces.
package struct HeadScanner {
    private let limits: HeadLimits
    /// Where the next unseen byte is, counted from the head's first byte.
    private var scanned = 0
    private var lineStart = 0
    private var lines = 0

    package init(limits: HeadLimits) {
        self.limits = limits
    }

    /// The head's length with its empty line, nil if more bytes are needed. `bytes` starts at the head's first byte.
    package mutating func scan(_ bytes: Span<UInt8>) throws(Refusal) -> Int? {
        while scanned < bytes.count {
            guard let feed = HeadScanner.lineFeed(in: bytes, from: scanned) else {
                scanned = bytes.count
                break
            }
            try checkSize(feed + 1)
            guard feed > 0, bytes[feed - 1] == 0x0D else {
                throw .malformed("A line must end with CR LF.")
            }
            scanned = feed + 1
            if feed - 1 == lineStart {
                // RFC 9112 section 2.2: one empty line before the request line is forgiven.
                if lines > 0 { return scanned }
                guard lineStart == 0 else { throw .malformed("The request line is missing.") }
            } else {
                lines += 1
                guard lines <= limits.fieldCount + 1 else {
                    throw Refusal(.requestHeaderFieldsTooLarge, "There are too many fields.")
                }
            }
            lineStart = scanned
        }
        try checkSize(bytes.count)
        return nil
    }

    private func checkSize(_ size: Int) throws(Refusal) {
        // The longest method and version around a target that is just short enough.
        if lines == 0 && size > limits.targetBytes + 64 {
            throw Refusal(.uriTooLong, "The request target is too long.")
        }
        if size > limits.headBytes {
            throw Refusal(.requestHeaderFieldsTooLarge, "The header block is too large.")
        }
    }

    private static func lineFeed(in bytes: Span<UInt8>, from start: Int) -> Int? {
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress,
                let found = memchr(base + start, 0x0A, buffer.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }
}

/// The limits of a request head.
package struct HeadLimits: Sendable, Equatable {
    package var targetBytes = 8192
    package var headBytes = 16384
    package var fieldCount = 100

    package init() {}
}
