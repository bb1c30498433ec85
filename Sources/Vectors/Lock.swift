import Glibc

/// A value that one thread at a time may use.
///
/// The same as `Synchronization.Mutex`, but on a pthread mutex: that one's futex is invisible to the
/// thread sanitizer on Linux, which would then see races everywhere and prove nothing.
final class Lock<Value: ~Copyable>: @unchecked Sendable {
    // Unchecked: the value is only touched between locking and unlocking.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var value: Value

    init(_ value: consuming Value) {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        self.value = value
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
