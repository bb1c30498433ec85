import CZlib
import Synchronization

/// Compresses with zlib.
enum Gzip {
    /// Between the default's size and the fastest's time: JSON shrinks to nearly the same in a third of the time.
    private static let level: Int32 = 4
    /// Setting one up takes longer than compressing a kilobyte, so they are kept.
    private static let idle = Mutex<[Deflater]>([])

    /// Nil when the system has no memory for it.
    static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        guard let deflater = idle.withLock({ $0.popLast() }) ?? Deflater(level: level) else {
            return nil
        }
        defer {
            idle.withLock { idle in
                if idle.count < 4 { idle.append(deflater) }
            }
        }
        return deflater.compress(bytes)
    }

    /// The same, away from the caller's thread.
    @concurrent static func compressElsewhere(_ bytes: [UInt8]) async -> [UInt8]? {
        compress(bytes)
    }
}

/// A zlib stream, used for one content after the other.
// Proof of Sendable: whoever takes it out of the pool is the only one who has it until it is put back.
private final class Deflater: @unchecked Sendable {
    // zlib keeps the address of its stream.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

    init?(level: Int32) {
        stream.initialize(to: z_stream())
        guard czlib_start_gzip(stream, level) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    func compress(_ bytes: [UInt8]) -> [UInt8]? {
        guard let count = UInt32(exactly: bytes.count), deflateReset(stream) == Z_OK else {
            return nil
        }
        let capacity = Int(deflateBound(stream, uLong(count)))
        var status = Z_OK
        let packed = [UInt8](unsafeUninitializedCapacity: capacity) { output, written in
            bytes.withUnsafeBufferPointer { input in
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.pointee.avail_in = count
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(clamping: capacity)
                status = deflate(stream, Z_FINISH)
            }
            written = capacity - Int(stream.pointee.avail_out)
        }
        return status == Z_STREAM_END ? packed : nil
    }
}
