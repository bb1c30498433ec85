import Glibc

/// The folder that holds everything, held by one process at a time.
///
/// The lock lasts as long as this value and ends with the process, however it ends.
package final class DataDirectory: Sendable {
    /// Absolute, without a slash at the end.
    package let path: String
    private let lock: Int32

    /// Makes the folder if it is missing (mode 0700) and takes its lock.
    ///
    /// - Throws: `CommandFailure`: 75 if another process holds the lock (it may end soon), 73 if there is no folder to be had
    ///   at `path` or nothing can be written in it, 77 if permission is missing, 74 if the disk fails or is full.
    package init(_ path: String) throws(CommandFailure) {
        try Self.make(path)
        let absolute = Self.absolute(path)
        let file = absolute + "/tintype.lock"
        let descriptor = unsafe open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor < 0 { throw Self.failure("write in the data directory", absolute, errno) }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            let holder = Terminal.readAll(descriptor, upTo: 32, untilNewline: true)
            close(descriptor)
            guard code == EWOULDBLOCK else {
                throw Self.failure("lock the data directory", absolute, code)
            }
            throw Self.inUse(absolute, holder)
        }
        // The number is for people and for the message above; the lock itself does not depend on it.
        let number = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0 else {
            let code = errno
            close(descriptor)
            throw Self.failure("write in the data directory", absolute, code)
        }
        Terminal.writeAll(number, to: descriptor)
        self.path = absolute
        lock = descriptor
    }

    deinit { close(lock) }

    /// The socket on which the daemon that holds `path` takes commands.
    package static func socketPath(in path: String) -> String { absolute(path) + "/tintype.sock" }

    private static func make(_ path: String) throws(CommandFailure) {
        var status = stat()
        if unsafe stat(path, &status) == 0 {
            if status.st_mode & S_IFMT == S_IFDIR { return }
            throw CommandFailure(
                .cannotCreate, "\(path) is not a folder; choose another --data-dir.")
        }
        guard errno == ENOENT else { throw failure("use the data directory", path, errno) }
        var parent = path[...]
        while parent.hasSuffix("/") { parent = parent.dropLast() }
        if let slash = parent.lastIndex(of: "/"), slash > parent.startIndex {
            try makeParent(String(parent[..<slash]))
        }
        if unsafe mkdir(path, 0o700) != 0 && errno != EEXIST {
            throw failure("make the data directory", path, errno)
        }
    }

    private static func makeParent(_ path: String) throws(CommandFailure) {
        if unsafe access(path, F_OK) == 0 { return }
        if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            try makeParent(String(path[..<slash]))
        }
        if unsafe mkdir(path, 0o755) != 0 && errno != EEXIST {
            throw failure("make the data directory", path, errno)
        }
    }

    private static func absolute(_ path: String) -> String {
        guard let resolved = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    private static func inUse(_ path: String, _ holder: [UInt8]) -> CommandFailure {
        let number = String(decoding: holder.prefix { (48...57).contains($0) }, as: UTF8.self)
        return CommandFailure(
            .temporaryFailure,
            "\(path) is already in use by "
                + (number.isEmpty ? "another process." : "process \(number)."))
    }

    private static func failure(_ what: String, _ path: String, _ code: Int32) -> CommandFailure {
        let reason = unsafe String(cString: strerror(code))
        let exitCode: ExitCode =
            switch code {
            case EACCES, EPERM: .noPermission
            case ENOSPC, EDQUOT, EIO: .ioError
            default: .cannotCreate
            }
        return CommandFailure(exitCode, "Cannot \(what) \(path): \(reason).")
    }
}

/// Who does the work of a command.
package enum CommandSite: Sendable {
    /// The daemon that listens on this socket.
    case daemon(socket: String)
    /// This process, which holds the data directory now.
    case alone(DataDirectory)

    /// The running daemon if the data directory is held by one, else this process.
    package static func choose(dataDirectory path: String) throws(CommandFailure) -> CommandSite {
        do {
            return .alone(try DataDirectory(path))
        } catch {
            let socket = DataDirectory.socketPath(in: path)
            // Without rights on the folder its owner's daemon may still let us in by the socket.
            let mayBeHeld = error.exitCode == .temporaryFailure || error.exitCode == .noPermission
            let isReachable = unsafe access(socket, W_OK) == 0
            if mayBeHeld && isReachable { return .daemon(socket: socket) }
            throw error
        }
    }
}
