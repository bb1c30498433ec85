import CSeccomp
import Glibc
import Imaging

/// The decode worker as the tests start it: the product's, plus deeds that the cage must not let happen.
@main
enum DecodeWorkerForTests {
    static func main() {
        DecodeWorker.run(arguments: Array(CommandLine.arguments.dropFirst()), trials: trials)
    }

    private static let trials: [String: @Sendable () -> Void] = [
        "nothing": {},
        "open a file": { _ = open("/etc/passwd", O_RDONLY) },
        "create a file": { _ = open("/tmp/tintype-escape", O_CREAT | O_WRONLY, 0o600) },
        "stat a file": {
            var status = stat()
            _ = stat("/etc/passwd", &status)
        },
        "make a socket": { _ = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) },
        "fork": { _ = forkProcess() },
        "execute": {
            var process: pid_t = 0
            _ = posix_spawn(&process, "/bin/true", nil, nil, [nil], [nil])
        },
        "kill the master": { _ = kill(getppid(), SIGKILL) },
        "make memory executable": {
            _ = mmap(nil, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        },
        "trace another process": { _ = rawCall("ptrace", 16, getppid()) },
        "mount": { _ = rawCall("mount", 0, 0) },
        "crash": { UnsafeMutablePointer<Int>(bitPattern: 8)?.pointee = 1 },
        "hang": { while true { sched_yield() } },
        "leave": { exit(7) },
        "eat memory": {
            for _ in 0..<64 {
                let block = mmap(
                    nil, 256 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                if block == MAP_FAILED { exit(9) }
            }
        },
    ]

    /// A system call that the C library does not offer to Swift, by its name.
    private static func rawCall(_ name: String, _ a: Int32, _ b: Int32) -> Int {
        typealias Call = @convention(c) (Int, Int, Int, Int, Int) -> Int
        guard let symbol = dlsym(nil, "syscall") else { exit(8) }
        let number = Int(seccomp_syscall_resolve_name(name))
        return unsafeBitCast(symbol, to: Call.self)(number, Int(a), Int(b), 0, 0)
    }

    private static func forkProcess() -> pid_t {
        // Swift hides fork; vfork and posix_spawn come down to the same system call.
        var process: pid_t = 0
        return posix_spawn(&process, "/proc/self/exe", nil, nil, [nil], [nil])
    }
}
