import Glibc

/// What the kernel lets this process use.
package enum ProcessLimits {
    /// Raises the number of open files to what is allowed at most, and says what it is now.
    ///
    /// The usual soft limit of 1,024 exists for programs that use select(2); this one does not.
    @discardableResult
    package static func raiseOpenFiles() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return 1024
        }
        // More than this only makes tables in the kernel and in child processes larger.
        let wanted = min(limit.rlim_max, 1 << 20)
        if limit.rlim_cur < wanted {
            var raised = limit
            raised.rlim_cur = wanted
            if unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 {
                limit = raised
            }
        }
        return Int(clamping: limit.rlim_cur)
    }
}
