import Glibc

/// Moments as log lines and clocks of this module state them.
package enum Timestamp {
    /// Nanoseconds since 1970 by the system's clock.
    package static func now() -> Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// RFC 3339 in UTC with milliseconds: `2026-11-20T13:12:31.042Z`.
    package static func rfc3339(_ nanoseconds: Int64) -> String {
        var text: [UInt8] = []
        appendRFC3339(nanoseconds, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    static func appendRFC3339(_ nanoseconds: Int64, to text: inout [UInt8]) {
        let (year, month, day) = civil(daysSince1970: nanoseconds / 86_400_000_000_000)
        append(year, 4, then: "-", to: &text)
        append(month, 2, then: "-", to: &text)
        append(day, 2, then: "T", to: &text)
        appendTimeOfDay(nanoseconds, to: &text)
        text.append(UInt8(ascii: "Z"))
    }

    /// The time of day in UTC: `13:12:31.042`.
    static func appendTimeOfDay(_ nanoseconds: Int64, to text: inout [UInt8]) {
        let milliseconds = nanoseconds / 1_000_000 % 86_400_000
        append(milliseconds / 3_600_000, 2, then: ":", to: &text)
        append(milliseconds / 60_000 % 60, 2, then: ":", to: &text)
        append(milliseconds / 1000 % 60, 2, then: ".", to: &text)
        append(milliseconds % 1000, 3, then: nil, to: &text)
    }

    /// Howard Hinnant's `civil_from_days` for days from 1970 on; years begin in March there,
    /// which puts the leap day at their end.
    private static func civil(daysSince1970 days: Int64) -> (Int64, Int64, Int64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, day)
    }

    /// The last `width` digits of `number`.
    private static func append(
        _ number: Int64, _ width: Int, then mark: Unicode.Scalar?, to text: inout [UInt8]
    ) {
        var divisor: Int64 = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
        if let mark { text.append(UInt8(ascii: mark)) }
    }
}
