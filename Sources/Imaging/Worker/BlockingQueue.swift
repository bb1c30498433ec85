import Glibc

/// A queue that plain threads wait at.
///
/// `elements` and `isClosed` are touched only with the mutex held, hence @unchecked Sendable.
final class BlockingQueue<Element: Sendable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var elements: [Element] = []
    private var head = 0
    private var isClosed = false

    /// What waiting brought.
    enum Arrival {
        case element(Element)
        case timeout
        case closed
    }

    init() {
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Appends; false when the queue is closed.
    func push(_ element: Element) -> Bool {
        locked {
            guard !isClosed else { return false }
            elements.append(element)
            pthread_cond_signal(condition)
            return true
        }
    }

    /// Takes the oldest, waiting for one; what was pushed before closing still comes.
    func pop(timeoutSeconds: Int? = nil) -> Arrival {
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        deadline.tv_sec += timeoutSeconds ?? 0
        return locked {
            while head == elements.count {
                if isClosed { return .closed }
                if timeoutSeconds == nil {
                    pthread_cond_wait(condition, mutex)
                } else if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT {
                    return .timeout
                }
            }
            let element = elements[head]
            head += 1
            if head == elements.count || head > 256 {
                elements.removeFirst(head)
                head = 0
            }
            return .element(element)
        }
    }

    func close() {
        locked {
            isClosed = true
            pthread_cond_broadcast(condition)
        }
    }

    private func locked<T>(_ body: () -> T) -> T {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
