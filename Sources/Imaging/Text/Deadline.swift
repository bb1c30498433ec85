/// A point in time that work has to end by.
struct Deadline {
    private let end: ContinuousClock.Instant

    init(milliseconds: Int) {
        end = .now + .milliseconds(milliseconds)
    }

    var remainingMilliseconds: Int {
        max(0, Int((end - .now) / .milliseconds(1)))
    }

    var isOver: Bool { remainingMilliseconds == 0 }
}
