import HTTP
import Testing

@Suite struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_795_168_800_123, "2026-11-20T10:00:00.123Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func `an instant is written in UTC with milliseconds and read back`(
        instant: Int64, text: String
    ) {
        #expect(Timestamp.rfc3339(instant) == text)
        #expect(Timestamp.parse(rfc3339: text) == instant)
    }

    @Test(
        arguments: [
            ("2026-11-20T12:00:00+02:00", 1_795_168_800_000),
            ("2026-11-20t10:00:00.1z", 1_795_168_800_100),
            ("2026-11-20 10:00:00.123999Z", 1_795_168_800_123),
            ("2026-11-20", 1_795_132_800_000),
            ("2026-11-20T10:00:00", nil), ("2026-02-29", nil), ("2026-13-01", nil),
            ("2026-11-20T24:00:00Z", nil), ("2026-11-20T10:60:00Z", nil), ("", nil),
            ("2026-11-20T10:00:00Zx", nil), ("2026-11-20T10:00:00+25:00", nil), ("26-11-20", nil),
        ] as [(String, Int64?)])
    func `other spellings are read or refused`(text: String, instant: Int64?) {
        #expect(Timestamp.parse(rfc3339: text) == instant)
    }

    @Test func `header dates are written and read`() {
        let text = "Fri, 20 Nov 2026 10:00:00 GMT"
        #expect(Timestamp.imfFixdate(1_795_168_800_123) == text)
        #expect(Timestamp.parse(imfFixdate: text) == 1_795_168_800_000)
        #expect(Timestamp.parse(imfFixdate: "Friday, 20-Nov-26 10:00:00 GMT") == nil)
        // What libFuzzer found: the standard gives this form no decimals.
        #expect(Timestamp.parse(imfFixdate: "Fri, 20 Nov 2026 10:00:00.4 GMT") == nil)
    }
}
