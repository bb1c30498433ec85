import CImaging
import Glibc

/// One worker as its master sees it: a process, a socket to it, and a file shared with it.
///
/// Belongs to the one thread that made it, and must: the worker dies with that thread.
final class WorkerProcess {
    private let process: pid_t
    private let socket: Int32
    private let sharedFile: Int32

    /// How an exchange ended without an answer.
    struct Death: Error {
        let reason: String
        /// The worker was gone before it could look at the request, which is not to blame.
        var isBlameless = false
    }

    init(executable: String, arguments: [String]) throws(ImageError) {
        var pair: [Int32] = [-1, -1]
        guard
            socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue), 0, &pair)
                == 0
        else { throw .unavailable("socketpair: errno \(errno)") }
        defer { close(pair[1]) }
        sharedFile = ci_memory_file()
        guard sharedFile >= 0 else {
            close(pair[0])
            throw .unavailable("memory file: errno \(errno)")
        }
        socket = pair[0]
        let spawned = Self.spawn(executable, arguments, socket: pair[1], sharedFile: sharedFile)
        guard let spawned else {
            close(socket)
            close(sharedFile)
            throw .unavailable("cannot start \(executable)")
        }
        process = spawned
    }

    /// Ends the worker, if it has not ended yet.
    deinit {
        kill(process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        close(socket)
        close(sharedFile)
    }

    /// Hands over a request with a file and waits for the result; after an error this worker is lost.
    func exchange(
        _ packet: [UInt8], _ descriptor: Int32, milliseconds: Int32
    ) -> Result<Result<[UInt8], ImageError>, Death> {
        guard ci_send(socket, packet, packet.count, descriptor) == packet.count else {
            return .failure(Death(reason: death("took no request").reason, isBlameless: true))
        }
        var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        var ready = poll(&waiting, 1, milliseconds)
        while ready < 0 && errno == EINTR { ready = poll(&waiting, 1, milliseconds) }
        guard ready > 0 else { return .failure(Death(reason: "no answer in \(milliseconds) ms")) }
        var stray: Int32 = -1
        var received = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 1_024) { target, count in
            received = ci_receive(socket, target.baseAddress, target.count, &stray)
            count = max(0, received)
        }
        if stray >= 0 { close(stray) }
        guard received > 0 else { return .failure(death("hung up")) }
        do throws(ImageError) {
            switch try WorkerReply.decode(bytes) {
            case .failed(let error): return .success(.failure(error))
            case .done(let count): return .success(.success(try result(count)))
            }
        } catch {
            return .failure(Death(reason: "its answer makes no sense"))
        }
    }

    /// Copies the result out, so that the worker cannot change it any more, and empties the file.
    private func result(_ count: Int) throws(ImageError) -> [UInt8] {
        var offset = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            while offset < count {
                let got = pread(
                    sharedFile, target.baseAddress! + offset, count - offset, off_t(offset))
                if got <= 0 { break }
                offset += got
            }
            filled = offset
        }
        ftruncate(sharedFile, 0)
        guard offset == count else { throw WireReader.broken }
        return bytes
    }

    /// Tells how the process ended, if it has.
    private func death(_ otherwise: String) -> Death {
        // Whoever hung up is dying already or deserves to.
        kill(process, SIGKILL)
        // The zombie stays, so that its number cannot be given away before `deinit` uses it.
        switch ci_child_end(process) {
        case 0: return Death(reason: otherwise)
        case SIGSYS: return Death(reason: "killed at a forbidden system call")
        case let end where end < 0: return Death(reason: "exited with \(-1 - end)")
        case let end: return Death(reason: "killed by signal \(end)")
        }
    }

    private static func spawn(
        _ executable: String, _ arguments: [String], socket: Int32, sharedFile: Int32
    ) -> pid_t? {
        // Out of the way of the numbers that the worker will know them by.
        let high = [socket, sharedFile].map { fcntl($0, F_DUPFD_CLOEXEC, 64) }
        defer { for descriptor in high where descriptor >= 0 { close(descriptor) } }
        guard high.allSatisfy({ $0 >= 0 }) else { return nil }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        posix_spawn_file_actions_adddup2(&actions, high[0], DecodeWorker.socket)
        posix_spawn_file_actions_adddup2(&actions, high[1], DecodeWorker.sharedFile)
        _ = ci_spawn_close_from(&actions, DecodeWorker.sharedFile + 1)
        // Its own process group, so that a terminal's interrupt reaches the master alone.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var mask = sigset_t()
        sigemptyset(&mask)
        posix_spawnattr_setsigmask(&attributes, &mask)
        sigfillset(&mask)
        posix_spawnattr_setsigdefault(&attributes, &mask)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        var process: pid_t = 0
        let words = CStrings([executable] + arguments)
        let settings = CStrings(environment())
        let status = posix_spawn(
            &process, executable, &actions, &attributes, words.pointers, settings.pointers)
        return status == 0 ? process : nil
    }

    /// Secrets in the master's environment are not the worker's business.
    private static func environment() -> [String] {
        let names: [String] = ["LD_LIBRARY_PATH", "TESSDATA_PREFIX"]
        let kept = names.compactMap { name in
            getenv(name).map { "\(name)=\(String(cString: $0))" }
        }
        return kept + ["LC_ALL=C", "OMP_THREAD_LIMIT=1"]
    }
}

/// A null-terminated list of C strings, as exec takes it.
private final class CStrings {
    let pointers: [UnsafeMutablePointer<CChar>?]

    init(_ strings: [String]) {
        pointers = strings.map { strdup($0) } + [nil]
    }

    deinit {
        for pointer in pointers { free(pointer) }
    }
}
