/// Watches that a transfer keeps up a minimum rate, after a time of grace.
///
/// Time is what the other side has left: it starts with the grace, every byte buys a little more, and never more than
/// the grace again. So neither a drip nor a fast start that ends in silence holds a connection for long.
struct RateClock {
    private let grace: UInt64
    private let minimumRate: UInt64
    /// When the time is up, in thousandths of the loop's milliseconds.
    private var end: UInt64
    private var pausedAt: UInt64?

    init(now: UInt64, _ limits: DeadlineTable, isPaused: Bool = false) {
        grace = limits.grace
        minimumRate = UInt64(max(1, limits.minimumRate))
        end = (now + grace) * 1000
        pausedAt = isPaused ? now : nil
    }

    mutating func count(_ bytes: Int, now: UInt64) {
        let bought = UInt64(bytes) * 1_000_000 / minimumRate
        end = min(end + bought, (now + grace) * 1000)
    }

    /// Time that the other side is not responsible for does not count.
    mutating func pause(now: UInt64) {
        if pausedAt == nil { pausedAt = now }
    }

    mutating func resume(now: UInt64) {
        if let pausedAt {
            end += (now - pausedAt) * 1000
            self.pausedAt = nil
        }
    }

    func isTooSlow(now: UInt64) -> Bool {
        pausedAt == nil && now * 1000 >= end
    }
}

/// The deadlines in the loop's milliseconds.
struct DeadlineTable: Sendable {
    let head, idle, grace, linger: UInt64
    let minimumRate: Int
    /// How often connections are looked at: often enough for the shortest of them.
    let sweep: UInt64

    init(_ deadlines: Server.Deadlines) {
        head = deadlines.head.milliseconds
        idle = deadlines.idle.milliseconds
        grace = deadlines.grace.milliseconds
        linger = deadlines.linger.milliseconds
        minimumRate = max(0, deadlines.minimumRate)
        sweep = min(max(min(head, idle, grace, linger) / 10, 10), 500)
    }
}

extension Duration {
    var milliseconds: UInt64 {
        UInt64(max(0, components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000))
    }
}
