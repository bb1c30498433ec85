import Glibc
import HTTP

/// What a server asks for in `Retry-After` (RFC 9110 section 10.2.3).
enum RetryAfter {
    /// The pause until then, zero for a moment gone by; nil if the value is neither a number of seconds nor a date.
    static func pause(_ value: String, now: Int64 = currentMilliseconds()) -> Duration? {
        let text = ASCII.trimmed(value[...])
        if !text.isEmpty, text.utf8.allSatisfy(ASCII.isDigit) {
            // A number too large for an integer is too long in any case.
            return .seconds(
                ASCII.decimal(text.utf8).map { min($0, 1_000_000_000) } ?? 1_000_000_000)
        }
        guard let moment = Timestamp.parse(imfFixdate: String(text)) else { return nil }
        return .milliseconds(max(moment - now, 0))
    }

    private static func currentMilliseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec / 1_000_000)
    }
}
