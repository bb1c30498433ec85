/// Dates on the wire: RFC 3339 in UTC with milliseconds, and the IMF-fixdate of header fields.
///
/// Instants are milliseconds since 1970, without leap seconds. Years 0 to 9999.
package enum Timestamp {
    /// `2026-11-20T10:00:00.123Z`.
    package static func rfc3339(_ milliseconds: Int64) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(32)
        append(rfc3339: milliseconds, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Writes what `rfc3339` returns behind what `text` holds.
    package static func append(rfc3339 milliseconds: Int64, to text: inout [UInt8]) {
        let moment = CivilTime(milliseconds)
        let year = moment.year
        text.appendTwoDigits(year / 100)
        text.appendTwoDigits(year % 100)
        text.append(0x2D)
        text.appendTwoDigits(moment.month)
        text.append(0x2D)
        text.appendTwoDigits(moment.day)
        text.append(0x54)
        text.appendTime(of: moment)
        text.append(0x2E)
        text.append(0x30 + UInt8(moment.millisecond / 100))
        text.appendTwoDigits(moment.millisecond % 100)
        text.append(0x5A)
    }

    /// `Fri, 20 Nov 2026 10:00:00 GMT` (RFC 9110 section 5.6.7).
    package static func imfFixdate(_ milliseconds: Int64) -> String {
        let moment = CivilTime(milliseconds)
        var text: [UInt8] = []
        text.reserveCapacity(32)
        text += weekdays[moment.weekday].utf8
        text += ", ".utf8
        text.appendTwoDigits(moment.day)
        text.append(0x20)
        text += months[moment.month - 1].utf8
        text.append(0x20)
        text.appendTwoDigits(moment.year / 100)
        text.appendTwoDigits(moment.year % 100)
        text.append(0x20)
        text.appendTime(of: moment)
        text += " GMT".utf8
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads RFC 3339 with any offset and any number of decimals (cut to milliseconds); a date alone is midnight UTC.
    package static func parse(rfc3339 text: String) -> Int64? {
        var reader = Reader(text)
        guard let year = reader.number(4), reader.skip(0x2D), let month = reader.number(2),
            reader.skip(0x2D), let day = reader.number(2),
            (1...12).contains(month), (1...CivilTime.days(in: month, of: year)).contains(day)
        else { return nil }
        let midnight = CivilTime.days(year, month, day) * 86_400_000
        if reader.isAtEnd { return midnight }
        guard reader.skip(0x54) || reader.skip(0x74) || reader.skip(0x20),
            let hour = reader.number(2), reader.skip(0x3A), let minute = reader.number(2),
            reader.skip(0x3A), let second = reader.number(2),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        var milliseconds = 0
        if reader.skip(0x2E) {
            guard let fraction = reader.milliseconds() else { return nil }
            milliseconds = fraction
        }
        guard let offset = reader.offsetMinutes(), reader.isAtEnd else { return nil }
        let ofDay = (hour * 60 + minute - offset) * 60_000 + min(second, 59) * 1000 + milliseconds
        return midnight + Int64(ofDay)
    }

    /// Reads an IMF-fixdate; the obsolete forms are not understood.
    package static func parse(imfFixdate text: String) -> Int64? {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[5] == "GMT", parts[4].utf8.count == 8,
            weekdays.contains(where: { $0 + "," == parts[0] }),
            let month = months.firstIndex(where: { $0 == parts[2] })
        else { return nil }
        let number = { (month: Int) in month < 10 ? "0\(month)" : "\(month)" }
        return parse(rfc3339: "\(parts[3])-\(number(month + 1))-\(parts[1])T\(parts[4])Z")
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

/// A moment taken apart in the Gregorian calendar.
///
/// Days are counted as in Howard Hinnant's "chrono-compatible low-level date algorithms": years that start in March
/// put the leap day last.
private struct CivilTime {
    let year, month, day, hour, minute, second, millisecond, weekday: Int

    init(_ milliseconds: Int64) {
        let lowest = CivilTime.days(0, 1, 1) * 86_400_000
        let highest = CivilTime.days(10_000, 1, 1) * 86_400_000 - 1
        let clamped = min(max(milliseconds, lowest), highest)
        let dayOfEpoch = (clamped >= 0 ? clamped : clamped - 86_399_999) / 86_400_000
        let ofDay = Int(clamped - dayOfEpoch * 86_400_000)
        let shifted = Int(dayOfEpoch) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        hour = ofDay / 3_600_000
        minute = ofDay / 60_000 % 60
        second = ofDay / 1000 % 60
        millisecond = ofDay % 1000
        weekday = Int(((dayOfEpoch + 4) % 7 + 7) % 7)
    }

    static func days(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int64(era * 146_097 + dayOfEra - 719_468)
    }

    static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension [UInt8] {
    /// A number below 100.
    fileprivate mutating func appendTwoDigits(_ value: Int) {
        append(0x30 + UInt8(value / 10))
        append(0x30 + UInt8(value % 10))
    }

    fileprivate mutating func appendTime(of moment: CivilTime) {
        appendTwoDigits(moment.hour)
        append(0x3A)
        appendTwoDigits(moment.minute)
        append(0x3A)
        appendTwoDigits(moment.second)
    }
}

private struct Reader {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text[...].utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ width: Int) -> Int? {
        guard let value = ASCII.decimal(rest.prefix(width)), rest.count >= width else { return nil }
        rest.removeFirst(width)
        return value
    }

    mutating func milliseconds() -> Int? {
        let digits = rest.prefix { ASCII.isDigit($0) }
        guard !digits.isEmpty else { return nil }
        rest.removeFirst(digits.count)
        var value = 0
        for digit in Array(digits.prefix(3))
            + Array(repeating: 0x30, count: max(0, 3 - digits.count))
        {
            value = value * 10 + Int(digit - 0x30)
        }
        return value
    }

    mutating func offsetMinutes() -> Int? {
        if skip(0x5A) || skip(0x7A) { return 0 }
        let sign = skip(0x2B) ? 1 : skip(0x2D) ? -1 : 0
        guard sign != 0, let hours = number(2), skip(0x3A), let minutes = number(2),
            hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
