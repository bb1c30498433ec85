import Domain

/// What a queue did of late, since this process started.
struct JobStatistics: Sendable {
    private static let waitsKept = 1000

    /// Jobs ended by minute since start of the clock, the last hour of them.
    private var ended: [Int64: Int] = [:]
    private var waits: [Double] = []
    private var nextWait = 0

    mutating func noteStart(waited seconds: Double) {
        let wait = max(0, seconds * 1000)
        if waits.count < Self.waitsKept {
            waits.append(wait)
        } else {
            waits[nextWait] = wait
            nextWait = (nextWait + 1) % Self.waitsKept
        }
    }

    mutating func noteEnd(at now: Time) {
        let second = now.milliseconds / 1000
        if ended[second] == nil, ended.count >= 3700 {
            ended = ended.filter { $0.key > second - 3600 && $0.key <= second }
        }
        ended[second, default: 0] += 1
    }

    /// Jobs a minute over the last so many minutes.
    func rate(minutes: Int, at now: Time) -> Double {
        let second = now.milliseconds / 1000
        let first = second - Int64(minutes * 60)
        let count = ended.reduce(0) { sum, entry in
            entry.key > first && entry.key <= second ? sum + entry.value : sum
        }
        return Double(count) / Double(minutes)
    }

    /// The wait in milliseconds that this share of jobs did not exceed; nil before the first.
    func wait(_ share: Double) -> Double? {
        guard !waits.isEmpty else { return nil }
        let sorted = waits.sorted()
        return sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
    }
}
