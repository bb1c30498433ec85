import CKernels
import Glibc

/// The first bytes of a vector file: what it is, and how its records are laid out.
///
/// 48 bytes, kept twice so that one damaged sector does not lose the whole file:
/// magic (8), byte order mark (4), version (4), dimension (4), record size (4), identity (8),
/// zero (12), CRC-32C of the 44 before (4). Numbers are in the writer's byte order.
struct VectorFileHeader: Equatable {
    static let magic: [UInt8] = Array("TTVEC\r\n\0".utf8)
    static let byteOrderMark: UInt32 = 0x0102_0304
    static let version: UInt32 = 1
    /// Where records begin.
    static let space = 4_096
    static let copies = [0, 2_048]
    private static let size = 48

    let dimension: Int
    /// A random number that ties records and snapshots to this file.
    let identity: UInt64

    /// Owner, model and checksum, then the components, to the next multiple of 16.
    var recordSize: Int { (16 + dimension * 4 + 15) / 16 * 16 }

    init(dimension: Int, identity: UInt64) {
        self.dimension = dimension
        self.identity = identity
    }

    /// Reads the header of `bytes`, the first 4,096 of a file; nil where neither copy is sound.
    init?(reading bytes: [UInt8]) throws(VectorError) {
        for start in VectorFileHeader.copies where bytes.count >= start + VectorFileHeader.size {
            let copy = Array(bytes[start..<start + VectorFileHeader.size])
            guard let header = try VectorFileHeader.parse(copy) else { continue }
            self = header
            return
        }
        return nil
    }

    /// The first 4,096 bytes of a file.
    func encoded() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: VectorFileHeader.space)
        bytes.withUnsafeMutableBytes { all in
            for start in VectorFileHeader.copies {
                let copy = UnsafeMutableRawBufferPointer(
                    rebasing: all[start..<start + VectorFileHeader.size])
                copy.copyBytes(from: VectorFileHeader.magic)
                copy.storeBytes(
                    of: VectorFileHeader.byteOrderMark, toByteOffset: 8, as: UInt32.self)
                copy.storeBytes(of: VectorFileHeader.version, toByteOffset: 12, as: UInt32.self)
                copy.storeBytes(of: UInt32(dimension), toByteOffset: 16, as: UInt32.self)
                copy.storeBytes(of: UInt32(recordSize), toByteOffset: 20, as: UInt32.self)
                copy.storeBytes(of: identity, toByteOffset: 24, as: UInt64.self)
                let checksum = tt_crc32c(0, copy.baseAddress, 44)
                copy.storeBytes(of: checksum, toByteOffset: 44, as: UInt32.self)
            }
        }
        return bytes
    }

    private static func parse(_ copy: [UInt8]) throws(VectorError) -> Self? {
        guard copy.starts(with: magic) else { return nil }
        func word(_ offset: Int) -> UInt32 {
            copy.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
        }
        let checksum = tt_crc32c(0, copy, 44)
        guard checksum == word(44) else {
            // The other byte order is named only if its checksum holds: else it is plain damage.
            if word(8) == byteOrderMark.byteSwapped, checksum.byteSwapped == word(44) {
                throw .foreignByteOrder
            }
            return nil
        }
        guard word(8) == byteOrderMark else { return nil }
        guard word(12) <= version else { throw .newerVersion(word(12)) }
        let header = VectorFileHeader(
            dimension: Int(word(16)),
            identity: copy.withUnsafeBytes {
                $0.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
            })
        guard 1...4_096 ~= header.dimension, header.recordSize == Int(word(20)) else { return nil }
        return header
    }
}
