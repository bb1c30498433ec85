import Glibc

/// The system calls that make data durable, replaceable to inject the faults of a disk.
package struct FileOperations: Sendable {
    /// `pwrite`: bytes written, or -1 with errno set.
    package var write: @Sendable (Int32, UnsafeRawPointer, Int, Int) -> Int
    /// `fdatasync`: 0, or -1 with errno set.
    package var synchronise: @Sendable (Int32) -> Int32

    package init(
        write: @escaping @Sendable (Int32, UnsafeRawPointer, Int, Int) -> Int,
        synchronise: @escaping @Sendable (Int32) -> Int32
    ) {
        self.write = write
        self.synchronise = synchronise
    }

    package static let system = FileOperations(
        write: { pwrite($0, $1, $2, $3) }, synchronise: { fdatasync($0) })

    /// Writes all of `bytes`, going on after short writes and interruptions.
    func writeAll(
        _ descriptor: Int32, _ bytes: [UInt8], at offset: Int
    ) throws(VectorError) {
        try bytes.withUnsafeBufferPointer { bytes throws(VectorError) in
            guard let base = bytes.baseAddress else { return }
            var done = 0
            while done < bytes.count {
                let step = write(descriptor, base + done, bytes.count - done, offset + done)
                if step > 0 {
                    done += step
                } else if step == 0 || errno != EINTR {
                    throw .system(operation: "pwrite", code: step == 0 ? ENOSPC : errno)
                }
            }
        }
    }

    func makeDurable(_ descriptor: Int32) throws(VectorError) {
        while synchronise(descriptor) != 0 {
            guard errno == EINTR else { throw .system(operation: "fdatasync", code: errno) }
        }
    }
}

/// Makes the creation, renaming or removal of names in `folder` durable.
func synchroniseFolder(_ folder: String) throws(VectorError) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(operation: "open", code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .system(operation: "fsync", code: errno) }
}
