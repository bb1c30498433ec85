import Glibc

/// A file mapped for reading as long as this value lives.
final class MappedFile {
    let bytes: UnsafeRawBufferPointer

    /// Maps a whole file.
    convenience init(fileDescriptor: Int32) throws(ImageError) {
        try self.init(fileDescriptor: fileDescriptor, size: Self.size(of: fileDescriptor))
    }

    /// Maps `size` bytes, without asking the system how many there are.
    init(fileDescriptor: Int32, size: Int) throws(ImageError) {
        guard size > 0 else { throw .notAnImage }
        let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, fileDescriptor, 0)
        guard let address, address != MAP_FAILED else {
            throw .unavailable("mmap: errno \(errno)")
        }
        bytes = UnsafeRawBufferPointer(start: address, count: size)
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    }

    static func size(of fileDescriptor: Int32) throws(ImageError) -> Int {
        var status = stat()
        guard fstat(fileDescriptor, &status) == 0, status.st_size >= 0 else {
            throw .unavailable("fstat: errno \(errno)")
        }
        return Int(status.st_size)
    }
}
