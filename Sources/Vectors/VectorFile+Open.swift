import Glibc

extension VectorFile {
    /// Opens or creates the file of a space. Blocks.
    ///
    /// A file whose both headers are damaged is moved aside to `….damaged` and begun anew: without
    /// its identity none of its records can be trusted. A file that is sound but not ours to change
    /// (newer, of another byte order or dimension) is refused instead.
    package static func open(
        path: String, dimension: Int, capacity: Int = 4_194_304, identity: UInt64,
        operations: FileOperations = .system
    ) throws(VectorError) -> VectorFile {
        guard 1...4_096 ~= dimension else { throw .unsupportedDimension(dimension) }
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(operation: "open", code: errno) }
        do throws(VectorError) {
            if let header = try readHeader(descriptor) {
                guard header.dimension == dimension else {
                    throw .otherDimension(file: header.dimension, asked: dimension)
                }
                return try VectorFile(
                    path: path, descriptor: descriptor, header: header, capacity: capacity,
                    operations: operations)
            }
            return try create(
                path: path, replacing: descriptor,
                header: VectorFileHeader(dimension: dimension, identity: identity),
                capacity: capacity, operations: operations)
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func readHeader(_ descriptor: Int32) throws(VectorError) -> VectorFileHeader? {
        var bytes = [UInt8](repeating: 0, count: VectorFileHeader.space)
        let got = pread(descriptor, &bytes, bytes.count, 0)
        guard got >= 0 else { throw .system(operation: "pread", code: errno) }
        return try VectorFileHeader(reading: Array(bytes[..<got]))
    }

    /// Writes a new file aside and renames it, so that no crash leaves half a header.
    private static func create(
        path: String, replacing old: Int32, header: VectorFileHeader, capacity: Int,
        operations: FileOperations
    ) throws(VectorError) -> VectorFile {
        let aside = path + ".new"
        let descriptor = Glibc.open(aside, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(operation: "open", code: errno) }
        do throws(VectorError) {
            try operations.writeAll(descriptor, header.encoded(), at: 0)
            try operations.makeDurable(descriptor)
            if lseek(old, 0, SEEK_END) > 0, rename(path, path + ".damaged") != 0 {
                throw .system(operation: "rename", code: errno)
            }
            guard rename(aside, path) == 0 else { throw .system(operation: "rename", code: errno) }
            let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
            try synchroniseFolder(folder.isEmpty ? "/" : folder)
            let file = try VectorFile(
                path: path, descriptor: descriptor, header: header, capacity: capacity,
                operations: operations)
            close(old)
            return file
        } catch {
            close(descriptor)
            throw error
        }
    }
}
