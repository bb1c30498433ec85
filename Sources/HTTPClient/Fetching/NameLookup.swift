import Glibc
import Synchronization

/// Finds the addresses of names, each on a thread of its own, because the resolver blocks for as long as it likes.
package struct NameLookup: Sendable {
    /// The addresses of a host, in the order in which to try them; none where there are none. May block.
    private let resolve: @Sendable (String) -> [IPAddress]

    /// Lookups that may be under way; a resolver that hangs must not eat up the machine's threads.
    private static let maximumThreads = 64
    private static let threads = Atomic(0)

    package init(resolve: @escaping @Sendable (String) -> [IPAddress]) {
        self.resolve = resolve
    }

    /// The system's resolver: `/etc/hosts`, DNS and whatever else it is set up for.
    package static let system = NameLookup { addresses(of: $0) }

    /// All addresses of a name or of an address in any spelling.
    func addresses(
        of host: String, until deadline: ContinuousClock.Instant
    ) async throws(FetchError) -> [IPAddress] {
        if let address = IPAddress(host) { return [address] }
        let answer = PendingLookup()
        let timer = Task {
            try? await Task.sleep(until: deadline, clock: .continuous)
            answer.end(.failure(.timeout))
        }
        defer { timer.cancel() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                answer.begin(continuation)
                start(host, answer)
            }
        } onCancel: {
            answer.end(.failure(.cancelled))
        }
        let addresses = try result.get()
        guard !addresses.isEmpty else { throw .dns }
        return addresses
    }

    private func start(_ host: String, _ answer: PendingLookup) {
        let running = Self.threads.add(1, ordering: .relaxed).newValue
        let job = Unmanaged.passRetained(
            Job { [resolve] in
                answer.end(.success(resolve(host)))
                Self.threads.subtract(1, ordering: .relaxed)
            })
        var thread = pthread_t()
        let isStarted =
            running <= Self.maximumThreads
            && pthread_create(
                &thread, nil,
                { context in
                    Unmanaged<Job>.fromOpaque(context!).takeRetainedValue().run()
                    return nil
                }, job.toOpaque()) == 0
        if isStarted {
            pthread_detach(thread)
        } else {
            job.release()
            Self.threads.subtract(1, ordering: .relaxed)
            answer.end(.failure(.dns))
        }
    }

    private final class Job: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    private static func addresses(of host: String) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        return sequence(first: list, next: { $0?.pointee.ai_next })
            .prefix { $0 != nil }
            .compactMap { $0.flatMap { IPAddress($0.pointee.ai_addr, $0.pointee.ai_addrlen) } }
    }
}

/// A lookup somebody waits for; the first of answer, deadline and cancellation ends it.
private final class PendingLookup: Sendable {
    typealias Answer = Result<[IPAddress], FetchError>

    private enum State {
        case idle
        case waiting(CheckedContinuation<Answer, Never>)
        case ended(Answer)
    }

    private let state = Mutex(State.idle)

    func begin(_ continuation: CheckedContinuation<Answer, Never>) {
        let early: Answer? = state.withLock { state in
            if case .ended(let answer) = state { return answer }
            state = .waiting(continuation)
            return nil
        }
        if let early { continuation.resume(returning: early) }
    }

    func end(_ answer: Answer) {
        let waiting: CheckedContinuation<Answer, Never>? = state.withLock { state in
            if case .ended = state { return nil }
            defer { state = .ended(answer) }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume(returning: answer)
    }
}

extension IPAddress {
    /// The address in a socket address of the internet families.
    fileprivate init?(_ address: UnsafePointer<sockaddr>?, _ length: socklen_t) {
        guard let address else { return nil }
        let raw = UnsafeRawPointer(address)
        switch Int32(address.pointee.sa_family) {
        case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
            let four = raw.loadUnaligned(as: sockaddr_in.self)
            self.init(bytes: withUnsafeBytes(of: four.sin_addr) { Array($0) })
        case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
            let six = raw.loadUnaligned(as: sockaddr_in6.self)
            self.init(bytes: withUnsafeBytes(of: six.sin6_addr) { Array($0) })
        default: return nil
        }
    }
}
