import Glibc
import HTTP

/// The value of the `Date` field, made once a second.
struct DateCache {
    private var bytes: [UInt8] = []
    private var validUntil: UInt64 = 0

    /// `now` is the loop's clock in milliseconds; it only tells when to look at the real one.
    mutating func date(at now: UInt64) -> [UInt8] {
        if now >= validUntil {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            bytes = Array(Timestamp.imfFixdate(Int64(time.tv_sec) * 1000).utf8)
            validUntil = now + 1000 - UInt64(time.tv_nsec / 1_000_000)
        }
        return bytes
    }
}
