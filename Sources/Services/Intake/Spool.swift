import Crypto
import Domain
import Glibc

/// The folder in which uploads wait until they are stored; emptied at start.
package final class Spool: Sendable {
    package let directory: String
    /// Free bytes below which nothing is taken in.
    private let minimumFree: Int

    package init(directory: String, minimumFree: Int) throws(Failure) {
        self.directory = directory
        self.minimumFree = minimumFree
        guard unsafe mkdir(directory, 0o700) == 0 || errno == EEXIST else {
            throw Spool.failure(errno)
        }
        empty()
    }

    private var hasRoom: Bool {
        var status = statvfs()
        return unsafe statvfs(directory, &status) != 0
            || UInt64(status.f_bavail) * UInt64(status.f_frsize) >= UInt64(minimumFree)
    }

    /// Whether uploads can be taken in.
    package var isWritable: Bool { unsafe access(directory, W_OK) == 0 && hasRoom }

    /// Starts a new upload.
    package func begin() throws(Failure) -> SpoolFile {
        guard hasRoom else { throw Spool.failure(ENOSPC) }
        let path = directory + "/" + UUIDValue.random().description
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Spool.failure(errno) }
        return SpoolFile(path: path, descriptor: descriptor)
    }

    /// Writes `bytes` to a new file of their own.
    package func write(_ bytes: [UInt8]) async throws(Failure) -> SpooledUpload {
        let file = try begin()
        try await file.append(bytes)
        return await file.finish()
    }

    /// Takes a stored file in as an upload whose bytes are known already; the stored file stays where it is.
    package func link(
        _ path: String, size: Int, md5: [UInt8], sha256: [UInt8]
    ) throws(Failure) -> SpooledUpload {
        let name = directory + "/" + UUIDValue.random().description
        guard unsafe Glibc.link(path, name) == 0 else { throw Spool.failure(errno) }
        let descriptor = unsafe open(name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code = errno
            unsafe unlink(name)
            throw Spool.failure(code)
        }
        return SpooledUpload(
            path: name, descriptor: descriptor, size: size, md5: md5, sha256: sha256)
    }

    /// A file of its own with the bytes of `upload`, whose file stays where it is or may have gone.
    ///
    /// Costs no copy: both are names of one file that is never written again.
    func duplicate(_ upload: SpooledUpload) async throws(Failure) -> String {
        let path = directory + "/" + UUIDValue.random().description
        let source = "/proc/self/fd/\(upload.descriptor)"
        if unsafe linkat(AT_FDCWD, source, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 { return path }
        // The file has no name any more, or its file system knows no second ones.
        let file = try begin()
        try await file.append(try upload.bytes())
        return await file.leave()
    }

    private func empty() {
        guard let folder = unsafe opendir(directory) else { return }
        defer { unsafe closedir(folder) }
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            if name != ".", name != ".." { unsafe unlink(directory + "/" + name) }
        }
    }

    static func failure(_ code: Int32) -> Failure {
        code == ENOSPC || code == EDQUOT
            ? Failure(.storageFull, "There is no space left to take the upload in.")
            : Failure(.internal, "The upload could not be written to disk (errno \(code)).")
    }
}

/// An upload while it comes in: bytes go to disk while MD5 and SHA-256 are computed.
package actor SpoolFile {
    private static let queue = SerialQueue("tintype.spool")

    private let path: String
    private let descriptor: Int32
    private var digest = DoubleDigest()
    private var size = 0
    private var isFinished = false

    nonisolated package var unownedExecutor: UnownedSerialExecutor {
        unsafe Self.queue.asUnownedSerialExecutor()
    }

    init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        guard !isFinished else { return }
        close(descriptor)
        unsafe unlink(path)
    }

    package func append(_ chunk: [UInt8]) throws(Failure) {
        digest.update(chunk)
        var written = 0
        while written < chunk.count {
            let count = unsafe chunk.withUnsafeBytes { bytes in
                unsafe Glibc.write(
                    descriptor, bytes.baseAddress! + written, chunk.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Spool.failure(count < 0 ? errno : ENOSPC) }
            written += count
        }
        size += chunk.count
    }

    /// Ends the upload. Nothing may be appended afterwards.
    package func finish() -> SpooledUpload {
        isFinished = true
        let digests = digest.finish()
        return SpooledUpload(
            path: path, descriptor: descriptor, size: size, md5: digests.md5,
            sha256: digests.sha256)
    }
}

extension SpoolFile {
    /// Ends the upload and leaves the file to the caller.
    func leave() -> String {
        isFinished = true
        close(descriptor)
        return path
    }
}

/// A whole upload on disk; the file goes when nobody holds this any more, unless it was moved into the store.
package final class SpooledUpload: Sendable {
    package let path: String
    package let descriptor: Int32
    package let size: Int
    package let md5: [UInt8]
    package let sha256: [UInt8]

    init(path: String, descriptor: Int32, size: Int, md5: [UInt8], sha256: [UInt8]) {
        self.path = path
        self.descriptor = descriptor
        self.size = size
        self.md5 = md5
        self.sha256 = sha256
    }

    deinit {
        close(descriptor)
        unsafe unlink(path)
    }

    /// All bytes, or the first `count`.
    package func bytes(first count: Int = .max) throws(Failure) -> [UInt8] {
        try Spool.read(descriptor, size: min(size, count))
    }
}

extension Spool {
    /// The first `size` bytes of an open file.
    static func read(_ descriptor: Int32, size: Int) throws(Failure) -> [UInt8] {
        var failed: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            while filled < size {
                let count = unsafe pread(
                    descriptor, buffer.baseAddress! + filled, size - filled, off_t(filled))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    failed = count < 0 ? errno : EIO
                    return
                }
                filled += count
            }
        }
        guard failed == 0 else { throw Spool.failure(failed) }
        return bytes
    }

    /// The first `size` bytes of the file at `path`.
    static func read(_ path: String, size: Int) throws(Failure) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Spool.failure(errno) }
        defer { close(descriptor) }
        return try read(descriptor, size: size)
    }
}
