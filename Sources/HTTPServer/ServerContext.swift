import HTTP
import Synchronization

/// What all connections of a server share.
final class ServerContext: Sendable {
    let configuration: Server.Configuration
    let deadlines: DeadlineTable
    let handler: Handler
    let census: ConnectionCensus
    let bodies: BodyMemory
    let isStopping = Atomic<Bool>(false)

    init(_ configuration: Server.Configuration, _ handler: @escaping Handler) {
        self.configuration = configuration
        self.handler = handler
        deadlines = DeadlineTable(configuration.deadlines)
        census = ConnectionCensus(
            total: configuration.maximumConnections,
            perAddress: configuration.maximumConnectionsPerAddress,
            isExempt: configuration.isExemptFromAddressCap)
        bodies = BodyMemory(limit: configuration.maximumBodyMemory)
    }
}

/// Counts the bytes of request bodies that are in memory, over all connections.
final class BodyMemory: Sendable {
    private let held = Atomic<Int>(0)
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Nothing may be added but what a reader needs to go on.
    var isFull: Bool { held.load(ordering: .relaxed) >= limit }

    func add(_ bytes: Int) {
        if bytes != 0 { held.add(bytes, ordering: .relaxed) }
    }
}

/// Counts connections against their caps.
final class ConnectionCensus: Sendable {
    private struct Counts {
        var total = 0
        var byAddress: [String: Int] = [:]
    }

    private let counts = Mutex(Counts())
    private let total: Int
    private let perAddress: Int
    private let isExempt: @Sendable (String) -> Bool

    init(total: Int, perAddress: Int, isExempt: @escaping @Sendable (String) -> Bool) {
        self.total = total
        self.perAddress = perAddress
        self.isExempt = isExempt
    }

    /// Counts one more, or refuses. Local sockets have no address and only count in all, as do exempt addresses.
    func admit(_ address: String, isLocal: Bool) -> Bool {
        counts.withLock { counts in
            guard counts.total < total else { return false }
            if !isLocal {
                let own = counts.byAddress[address, default: 0]
                guard own < perAddress || perAddress == 0 || isExempt(address) else {
                    return false
                }
                counts.byAddress[address] = own + 1
            }
            counts.total += 1
            return true
        }
    }

    func leave(_ address: String, isLocal: Bool) {
        counts.withLock { counts in
            counts.total -= 1
            if isLocal { return }
            let left = counts.byAddress[address, default: 1] - 1
            counts.byAddress[address] = left == 0 ? nil : left
        }
    }

    var count: Int { counts.withLock { $0.total } }
}
