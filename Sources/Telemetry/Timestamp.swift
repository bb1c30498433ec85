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
        let milliseconds = nanoseconds / 1_000_000
        let seconds = milliseconds / 1000
        let (year, month, day) = civil(daysSince1970: seconds / 86_400)
        let time = seconds % 86_400
        return pad(year, 4) + "-" + pad(month, 2) + "-" + pad(day, 2) + "T" + clock(time) + "."
            + pad(milliseconds % 1000, 3) + "Z"
    }

    /// The time of day in UTC: `13:12:31.042`.
    static func timeOfDay(_ nanoseconds: Int64) -> String {
        let milliseconds = nanoseconds / 1_000_000
        return clock(milliseconds / 1000 % 86_400) + "." + pad(milliseconds % 1000, 3)
    }

    private static func clock(_ seconds: Int64) -> String {
        pad(seconds / 3600, 2) + ":" + pad(seconds / 60 % 60, 2) + ":" + pad(seconds % 60, 2)
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

    private static func pad(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
