import Glibc

/// The calls that make a file durable, replaceable one by one so that tests can let each of them fail.
///
/// Each answers zero or the system's error number.
package struct FileCalls: Sendable {
    /// Forces a file's bytes or a folder's entries to the disk.
    package var sync: @Sendable (_ descriptor: Int32, _ path: String) -> Int32 = { descriptor, _ in
        FileCalls.code { fsync(descriptor) }
    }
    package var rename: @Sendable (_ from: String, _ to: String) -> Int32 = { from, to in
        FileCalls.code { unsafe Glibc.rename(from, to) }
    }
    /// Appends the bytes of one descriptor to another.
    package var copy: @Sendable (_ from: Int32, _ to: Int32) -> Int32 = FileCalls.copyAll
    package var remove: @Sendable (_ path: String) -> Int32 = { path in
        FileCalls.code { unsafe unlink(path) }
    }

    package init() {}

    /// Repeats a call that a signal interrupted.
    static func code(_ call: () -> Int32) -> Int32 {
        while call() != 0 {
            guard errno == EINTR else { return errno }
        }
        return 0
    }

    private static func copyAll(from source: Int32, to target: Int32) -> Int32 {
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe Glibc.read(source, $0.baseAddress, $0.count)
            }
            if count == 0 { return 0 }
            guard count > 0 else {
                if errno == EINTR { continue }
                return errno
            }
            var written = 0
            while written < count {
                let result = unsafe buffer.withUnsafeBytes {
                    unsafe Glibc.write(target, $0.baseAddress! + written, count - written)
                }
                if result < 0, errno == EINTR { continue }
                guard result > 0 else { return result < 0 ? errno : EIO }
                written += result
            }
        }
    }
}

/// An open file or folder that closes itself.
struct Descriptor: ~Copyable {
    let value: Int32

    init(
        _ path: String, _ flags: Int32, mode: mode_t = 0o600, step: StorageError.Step
    ) throws(StorageError) {
        var descriptor: Int32
        repeat {
            descriptor = unsafe open(path, flags | O_CLOEXEC, mode)
        } while descriptor < 0 && errno == EINTR
        guard descriptor >= 0 else { throw StorageError(step, code: errno) }
        value = descriptor
    }

    deinit {
        close(value)
    }
}
