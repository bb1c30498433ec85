import CUV
import Glibc
import HTTP

/// Bytes and parts of files on their way into a socket.
struct Outbox {
    enum Progress: Equatable {
        case drained
        /// The socket takes no more for now.
        case blocked
        case broken
    }

    private enum Segment {
        case bytes([UInt8], offset: Int)
        case file(OpenFile, offset: Int, left: Int)
    }

    private var segments: [Segment] = []
    /// Written since the start, for the rate.
    private(set) var written = 0

    var isEmpty: Bool { segments.isEmpty }

    mutating func append(_ bytes: [UInt8], from offset: Int = 0) {
        if offset < bytes.count { segments.append(.bytes(bytes, offset: offset)) }
    }

    mutating func append(_ file: OpenFile, offset: Int, length: Int) {
        if length > 0 { segments.append(.file(file, offset: offset, left: length)) }
    }

    /// Copies a part of a small file behind the bytes that were appended last, so that both leave in one call; false
    /// when it cannot be read.
    mutating func join(_ file: OpenFile, offset: Int, length: Int) -> Bool {
        guard case .bytes(let bytes, 0)? = segments.last else { return false }
        var isWhole = false
        let joined = [UInt8](unsafeUninitializedCapacity: bytes.count + length) { buffer, count in
            let space = UnsafeMutableRawBufferPointer(buffer)
            space.copyBytes(from: bytes)
            let read = pread(
                file.descriptor, space.baseAddress! + bytes.count, length, off_t(offset))
            isWhole = read == length
            count = bytes.count + max(0, read)
        }
        if isWhole { segments[segments.count - 1] = .bytes(joined, offset: 0) }
        return isWhole
    }

    mutating func removeAll() {
        segments = []
    }

    /// Writes as much as the socket takes, at most a few megabytes so that other connections get their turn.
    mutating func flush(into descriptor: Int32) -> Progress {
        var budget = 4 * 1024 * 1024
        while let segment = segments.first {
            guard budget > 0 else { return .blocked }
            let count: Int
            let isDone: Bool
            switch segment {
            case .bytes(let bytes, let offset):
                let flags = segments.count > 1 ? Socket.more : 0
                count = bytes.withUnsafeBytes {
                    Socket.send(descriptor, UnsafeRawBufferPointer(rebasing: $0[offset...]), flags)
                }
                isDone = offset + max(count, 0) == bytes.count
                if count > 0 { segments[0] = .bytes(bytes, offset: offset + count) }
            case .file(let file, let offset, let left):
                count = Socket.sendFile(descriptor, file.descriptor, offset, min(left, 1 << 20))
                // The file got shorter under our hands: the length we promised can't be kept.
                if count == 0 { return .broken }
                isDone = left == max(count, 0)
                if count > 0 {
                    segments[0] = .file(file, offset: offset + count, left: left - count)
                }
            }
            if count < 0 { return count == Socket.wouldBlock ? .blocked : .broken }
            written += count
            budget -= count
            if isDone { segments.removeFirst() }
        }
        return .drained
    }
}

/// The system calls of a connected socket, without the noise of errno.
enum Socket {
    static let wouldBlock = -1
    static let failed = -2

    static func receive(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        result { recv(descriptor, buffer.baseAddress, buffer.count, 0) }
    }

    static func send(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, _ flags: Int32 = 0
    ) -> Int {
        result { Glibc.send(descriptor, bytes.baseAddress, bytes.count, flags | noSignal) }
    }

    static func sendFile(_ descriptor: Int32, _ file: Int32, _ offset: Int, _ count: Int) -> Int {
        var offset = off_t(offset)
        return result { sendfile(descriptor, file, &offset, count) }
    }

    static let more = Int32(MSG_MORE)
    private static let noSignal = Int32(MSG_NOSIGNAL)

    private static func result(_ call: () -> Int) -> Int {
        while true {
            let count = call()
            if count >= 0 { return count }
            let error = errno
            if error == EINTR { continue }
            return cuv_would_block(error) != 0 ? wouldBlock : failed
        }
    }
}
