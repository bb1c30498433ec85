/// A moment: milliseconds since 1970-01-01T00:00:00Z, as stored and as answered.
package struct Time: Hashable, Sendable, Comparable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package static func < (a: Time, b: Time) -> Bool { a.milliseconds < b.milliseconds }

    /// The moment so many seconds later, saturating at the far ends of time.
    package func advanced(bySeconds seconds: Double) -> Time {
        let target = Double(milliseconds) + seconds * 1000
        return Time(milliseconds: Int64(min(max(target, -9e15), 9e15)))
    }

    /// Seconds from `earlier` to here.
    package func seconds(since earlier: Time) -> Double {
        Double(milliseconds - earlier.milliseconds) / 1000
    }
}

/// Where the present moment comes from; tests bring their own.
package struct TimeSource: Sendable {
    package let now: @Sendable () -> Time

    package init(now: @escaping @Sendable () -> Time) {
        self.now = now
    }
}
