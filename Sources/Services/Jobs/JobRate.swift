/// How many jobs a queue may start now: a bucket that fills evenly over a minute.
struct JobRate: Sendable {
    private let perMinute: Int
    private var tokens: Double
    private var filledAt = ContinuousClock.now

    init(_ perMinute: Int) {
        self.perMinute = perMinute
        tokens = Double(max(perMinute, 1))
    }

    mutating func available() -> Int {
        let now = ContinuousClock.now
        let gained = (now - filledAt) / .seconds(60) * Double(perMinute)
        tokens = min(tokens + gained, Double(max(perMinute, 1)))
        filledAt = now
        return Int(tokens)
    }

    mutating func take(_ count: Int) {
        tokens -= Double(count)
    }
}
