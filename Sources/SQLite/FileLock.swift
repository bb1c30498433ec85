import CSQLite
import Glibc

/// An exclusive lock between processes, held for as long as the value lives.
///
/// The lock belongs to an open file: the system releases it when the process dies, however it dies.
package struct FileLock: ~Copyable, Sendable {
    private let descriptor: Int32

    /// Creates the file at `path` if it is missing and locks it, or fails at once when somebody
    /// else has the lock: then `isBusy` is true of the error.
    package init(path: String) throws(SQLiteError) {
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else {
            throw SQLiteError(
                code: SQLITE_CANTOPEN, message: "the lock file cannot be opened", systemError: errno
            )
        }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            _ = Glibc.close(opened)
            throw SQLiteError(
                code: reason == EWOULDBLOCK ? SQLITE_BUSY : SQLITE_CANTOPEN,
                message: "the lock file cannot be locked", systemError: reason)
        }
        descriptor = opened
    }

    deinit {
        _ = Glibc.close(descriptor)
    }
}
