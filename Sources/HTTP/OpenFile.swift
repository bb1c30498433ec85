import Glibc

/// A regular file open for reading; closes itself with its last owner.
///
/// What is answered stays what was looked at: renaming or deleting the path changes nothing any more.
package final class OpenFile: Sendable {
    /// The system's error number.
    package struct OpenError: Error, Hashable {
        package let code: Int32
        package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
    }

    package let descriptor: Int32
    package let size: Int
    /// When the content last changed, in milliseconds since 1970.
    package let modified: Int64

    package init(path: String) throws(OpenError) {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw OpenError(code: errno) }
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw OpenError(code: EISDIR)
        }
        self.descriptor = descriptor
        size = Int(facts.st_size)
        modified = Int64(facts.st_mtim.tv_sec) * 1000 + Int64(facts.st_mtim.tv_nsec / 1_000_000)
    }

    deinit {
        close(descriptor)
    }

    /// Reads a part into memory, for small files and for callers without a socket. Blocks.
    package func read(offset: Int, length: Int) throws(OpenError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: length)
        var filled = 0
        while filled < length {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe pread(
                    descriptor, buffer.baseAddress! + filled, length - filled,
                    off_t(offset + filled)
                )
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw OpenError(code: errno) }
            if count == 0 { break }
            filled += count
        }
        bytes.removeLast(length - filled)
        return bytes
    }
}
