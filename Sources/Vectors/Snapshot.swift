import CKernels
import Glibc

/// The graphs of a space as they are kept in its `.hnsw` file.
///
/// A header of 64 bytes – magic (8), byte order mark (4), version (4), the vector file's identity (8),
/// dimension (4), number of graphs (4), length of the whole file (8), zero (20), CRC-32C (4) – then
/// sections, each its length (8), its CRC-32C (4), four zeroes, its bytes. The file is written aside
/// and renamed, so there is a whole one or none; whatever is wrong with it, it is ignored and the
/// graphs are built anew.
enum Snapshot {
    static let magic: [UInt8] = Array("TTHNSW\r\n".utf8)
    static let byteOrderMark: UInt32 = 0x0102_0304
    static let version: UInt32 = 1
    static let headerSize = 64

    /// Why a snapshot cannot be used.
    enum Refusal: Error, Equatable {
        case missing
        case truncated
        case damaged
        /// Of another version, byte order, dimension, vector file or parameters.
        case foreign
        case system(VectorError)
    }

    static func header(identity: UInt64, dimension: Int, graphs: Int, length: Int) -> [UInt8] {
        var bytes = magic
        append(byteOrderMark, to: &bytes)
        append(version, to: &bytes)
        append(identity, to: &bytes)
        append(UInt32(dimension), to: &bytes)
        append(UInt32(graphs), to: &bytes)
        append(UInt64(length), to: &bytes)
        bytes += [UInt8](repeating: 0, count: 20)
        append(tt_crc32c(0, bytes, bytes.count), to: &bytes)
        return bytes
    }

    static func append(_ value: some BitwiseCopyable, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
    }

    static func bytes<Element: BitwiseCopyable>(of array: [Element]) -> [UInt8] {
        array.withUnsafeBytes { Array($0) }
    }
}

/// Writes sections one after the other, through one buffer.
final class SnapshotWriter {
    private let descriptor: Int32
    private let operations: FileOperations
    private(set) var offset = Snapshot.headerSize
    private static let chunk = 1 << 20

    init(_ descriptor: Int32, _ operations: FileOperations) {
        self.descriptor = descriptor
        self.operations = operations
    }

    func append(_ bytes: [UInt8]) throws(VectorError) {
        try append(count: bytes.count) { start, end in Array(bytes[start..<end]) }
    }

    /// Copies memory that nobody writes to meanwhile.
    func append(_ bytes: UnsafeRawBufferPointer) throws(VectorError) {
        try append(count: bytes.count) { start, end in Array(bytes[start..<end]) }
    }

    private func append(count: Int, _ part: (Int, Int) -> [UInt8]) throws(VectorError) {
        let head = offset
        offset += 16
        var checksum: UInt32 = 0
        for start in stride(from: 0, to: count, by: SnapshotWriter.chunk) {
            let bytes = part(start, min(count, start + SnapshotWriter.chunk))
            checksum = tt_crc32c(checksum, bytes, bytes.count)
            try operations.writeAll(descriptor, bytes, at: offset)
            offset += bytes.count
        }
        var title: [UInt8] = []
        Snapshot.append(UInt64(count), to: &title)
        Snapshot.append(checksum, to: &title)
        Snapshot.append(UInt32(0), to: &title)
        try operations.writeAll(descriptor, title, at: head)
    }
}

/// Reads sections one after the other, believing nothing that their checksum does not confirm.
final class SnapshotReader {
    private let descriptor: Int32
    private let length: Int
    let identity: UInt64
    let dimension: Int
    let graphs: Int
    private var offset = Snapshot.headerSize

    init(path: String) throws(Snapshot.Refusal) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            (identity, dimension, graphs, length) = (0, 0, 0, 0)
            throw errno == ENOENT
                ? .missing : .system(VectorError.system(operation: "open", code: errno))
        }
        var bytes = [UInt8](repeating: 0, count: Snapshot.headerSize)
        let got = pread(descriptor, &bytes, bytes.count, 0)
        let size = Int(lseek(descriptor, 0, SEEK_END))
        func word<Word: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) -> Word {
            bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Word.self) }
        }
        identity = word(16)
        dimension = Int(word(24) as UInt32)
        graphs = Int(word(28) as UInt32)
        length = size
        let declared: UInt64 = word(32)
        let refusal: Snapshot.Refusal? =
            if got < bytes.count {
                .truncated
            } else if tt_crc32c(0, bytes, 60) != word(60) {
                .damaged
            } else if !bytes.starts(with: Snapshot.magic) || word(8) != Snapshot.byteOrderMark
                || word(12) != Snapshot.version
            {
                .foreign
            } else if declared != UInt64(size) {
                .truncated
            } else {
                nil
            }
        if let refusal { throw refusal }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// The next section, at most `limit` bytes.
    func section(atMost limit: Int) throws(Snapshot.Refusal) -> [UInt8] {
        let (count, checksum) = try title()
        guard count <= limit else { throw .damaged }
        var bytes = [UInt8](repeating: 0, count: count)
        let isRead = bytes.withUnsafeMutableBytes { read(into: $0) }
        guard isRead, tt_crc32c(0, bytes, count) == checksum else { throw .damaged }
        return bytes
    }

    /// The next section, which must fill `room`.
    func section(into room: UnsafeMutableRawBufferPointer) throws(Snapshot.Refusal) {
        let (count, checksum) = try title()
        guard count == room.count, read(into: room),
            tt_crc32c(0, room.baseAddress, count) == checksum
        else { throw .damaged }
    }

    func values<Element: BitwiseCopyable>(_ count: Int, of type: Element.Type)
        throws(Snapshot.Refusal) -> [Element]
    {
        let bytes = try section(atMost: count * MemoryLayout<Element>.stride)
        guard bytes.count == count * MemoryLayout<Element>.stride else { throw .damaged }
        return bytes.withUnsafeBytes { bytes in
            (0..<count).map {
                bytes.loadUnaligned(
                    fromByteOffset: $0 * MemoryLayout<Element>.stride, as: Element.self)
            }
        }
    }

    private func title() throws(Snapshot.Refusal) -> (count: Int, checksum: UInt32) {
        var words: (UInt64, UInt32, UInt32) = (0, 0, 0)
        let isRead = withUnsafeMutableBytes(of: &words) { read(into: $0) }
        guard isRead, words.0 <= UInt64(length - offset) else { throw .damaged }
        return (Int(words.0), words.1)
    }

    private func read(into room: UnsafeMutableRawBufferPointer) -> Bool {
        var done = 0
        while done < room.count {
            let got = pread(descriptor, room.baseAddress! + done, room.count - done, offset + done)
            if got > 0 { done += got } else if got == 0 || errno != EINTR { return false }
        }
        offset += done
        return true
    }
}
