/// Watches that a transfer keeps up a minimum rate after a time of grace. Times are the loop's milliseconds.
struct RateClock {
    private var started: UInt64
    private var pausedAt: UInt64?
    private var bytes = 0

    init(now: UInt64, isPaused: Bool = false) {
        started = now
        pausedAt = isPaused ? now : nil
    }

    mutating func count(_ more: Int) {
        bytes += more
    }

    /// Time that the other side is not responsible for does not count.
    mutating func pause(now: UInt64) {
        if pausedAt == nil { pausedAt = now }
    }

    mutating func resume(now: UInt64) {
        if let pausedAt {
            started += now - pausedAt
            self.pausedAt = nil
        }
    }

    func isTooSlow(now: UInt64, _ limits: DeadlineTable) -> Bool {
        guard pausedAt == nil, now > started + limits.grace else { return false }
        let expected = UInt64(limits.minimumRate) * (now - started - limits.grace) / 1000
        return UInt64(bytes) < expected
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
