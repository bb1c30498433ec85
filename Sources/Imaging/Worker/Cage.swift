import CImaging
import CSeccomp
import Glibc

/// What a worker may do once it has started: compute, take files that are handed to it, answer.
///
/// No file can be opened, no socket made, no process started; whoever tries is killed by the kernel.
enum Cage {
    /// Shuts the calling process in; there is no way out. False if the kernel refuses.
    ///
    /// Without the filter of system calls only the limits remain: for kernels that have no seccomp.
    static func close(isFiltered: Bool) -> Bool {
        limit(RLIMIT_CORE, to: 0)
        limit(RLIMIT_NOFILE, to: 16)
        limit(RLIMIT_AS, to: 1_280 << 20)
        limit(RLIMIT_FSIZE, to: 256 << 20)
        limit(RLIMIT_CPU, to: 900)
        return ci_renounce() == 0 && (!isFiltered || filter())
    }

    private static let allowed = [
        // Memory.
        "brk", "munmap", "mremap", "madvise",
        // The socket, the shared file and what was handed over.
        "poll", "ppoll", "recvmsg", "sendmsg", "read", "pread64", "write", "pwrite64", "writev",
        "ftruncate", "ftruncate64", "close",
        // Threads of the codecs, time, randomness for hashing, the end.
        "futex", "futex_time64", "set_robust_list", "rseq", "sched_yield", "sched_getaffinity",
        "rt_sigprocmask", "rt_sigaction", "rt_sigreturn", "sigaltstack", "gettid", "getpid",
        "tgkill", "clock_gettime", "clock_gettime64", "gettimeofday", "nanosleep",
        "clock_nanosleep", "getrandom", "sysinfo", "getrusage", "exit", "exit_group",
    ]

    private static func filter() -> Bool {
        guard let filter = seccomp_init(killProcess) else { return false }
        defer { seccomp_release(filter) }
        for name in allowed where !allow(filter, name, []) { return false }
        // Memory never becomes executable.
        let notExecutable = condition(2, SCMP_CMP_MASKED_EQ, UInt64(PROT_EXEC), 0)
        // clone makes threads, never processes. Its structure-passing successor cannot be looked into,
        // so it is declared missing and the C library falls back.
        let thread = UInt64(cloneThread)
        let makesThread = condition(0, SCMP_CMP_MASKED_EQ, thread, thread)
        return allow(filter, "mmap", [notExecutable]) && allow(filter, "mprotect", [notExecutable])
            && allow(filter, "clone", [makesThread])
            && add(filter, failWith | UInt32(ENOSYS), "clone3", [])
            && seccomp_load(filter) == 0
    }

    private static func allow(
        _ filter: scmp_filter_ctx, _ name: String, _ conditions: [scmp_arg_cmp]
    ) -> Bool {
        add(filter, permit, name, conditions)
    }

    private static func add(
        _ filter: scmp_filter_ctx, _ action: UInt32, _ name: String, _ conditions: [scmp_arg_cmp]
    ) -> Bool {
        let number = seccomp_syscall_resolve_name(name)
        // A name that this architecture does not have needs no permission.
        guard number >= 0 else { return true }
        return seccomp_rule_add_array(filter, action, number, UInt32(conditions.count), conditions)
            == 0
    }

    private static func condition(
        _ argument: UInt32, _ comparison: scmp_compare, _ a: UInt64, _ b: UInt64
    ) -> scmp_arg_cmp {
        scmp_arg_cmp(arg: argument, op: comparison, datum_a: a, datum_b: b)
    }

    private static func limit(_ resource: __rlimit_resource, to value: UInt) {
        var limit = rlimit(rlim_cur: value, rlim_max: value)
        setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    }

    // The headers' macros that Swift cannot import.
    private static let killProcess: UInt32 = 0x8000_0000
    private static let failWith: UInt32 = 0x0005_0000
    private static let permit: UInt32 = 0x7FFF_0000
    private static let cloneThread = 0x0001_0000
}
