import Glibc

/// Small text files that people write: configuration and secrets.
enum TextFile {
    /// More than any of them needs; a device or a log file named by mistake is refused, not read.
    static let maximumSize = 1 << 20

    struct Failure: Error, Equatable {
        let path: String
        let code: Int32
        let message: String

        var isMissing: Bool { code == ENOENT }
    }

    struct Contents {
        let text: String
        /// Whether users other than owner and group may read it.
        let isWorldReadable: Bool
    }

    static func read(_ path: String) throws(Failure) -> Contents {
        // Opening a fifo would wait for its writer.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { throw failure(path, errno) }
        defer { close(descriptor) }

        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(path: path, code: EINVAL, message: "\(path) is not a file.")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 { throw failure(path, errno) }
            if count == 0 { break }
            bytes += buffer.prefix(count)
            if bytes.count > maximumSize {
                throw Failure(path: path, code: EFBIG, message: "\(path) is larger than 1 MiB.")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(path: path, code: EILSEQ, message: "\(path) is not UTF-8 text.")
        }
        return Contents(text: text, isWorldReadable: status.st_mode & S_IROTH != 0)
    }

    private static func failure(_ path: String, _ code: Int32) -> Failure {
        let reason = unsafe String(cString: strerror(code))
        return Failure(path: path, code: code, message: "Cannot read \(path): \(reason).")
    }
}
