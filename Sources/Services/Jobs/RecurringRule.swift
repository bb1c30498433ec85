import Domain

/// What a zone does in years beyond its file: the POSIX rule of its last line, such as `CET-1CEST,M3.5.0,M10.5.0/3`.
struct RecurringRule: Sendable {
    /// A day and a time of the year.
    private enum Day: Sendable {
        /// Month, week (5 is the last) and weekday (0 is Sunday).
        case monthly(Int, Int, Int)
        /// Counted from 1, the 29th of February never.
        case julian(Int)
        /// Counted from 0.
        case ofYear(Int)
    }

    private let standard: Int
    private let summer: (offset: Int, from: (Day, Int), to: (Day, Int))?

    init?(_ text: String) {
        var reader = Reader(rest: text[...])
        guard reader.skipName(), let standard = reader.time() else { return nil }
        self.standard = -standard
        guard !reader.rest.isEmpty, reader.skipName() else {
            summer = nil
            return
        }
        var offset = self.standard + 3600
        if let first = reader.rest.first, first != ",", let time = reader.time() { offset = -time }
        guard reader.skip(","), let from = reader.day(), reader.skip(","), let to = reader.day()
        else { return nil }
        summer = (offset, from, to)
    }

    func offset(at second: Int64) -> Int {
        guard let summer else { return standard }
        let year = CalendarDay(second: second + Int64(standard)).year
        let from = Self.second(summer.from, in: year) - Int64(standard)
        let to = Self.second(summer.to, in: year) - Int64(summer.offset)
        let isSummer =
            from < to ? second >= from && second < to : !(second >= to && second < from)
        return isSummer ? summer.offset : standard
    }

    /// When a day's time comes in a year, as if it were UTC.
    private static func second(_ day: (Day, Int), in year: Int) -> Int64 {
        let number: Int64
        switch day.0 {
        case .monthly(let month, let week, let weekday):
            let first = CalendarDay(year: year, month: month, day: 1)
            let start = first.number + Int64((weekday - first.weekday + 7) % 7)
            let length = Int64(CalendarDay.days(in: month, of: year))
            var day = start + Int64(week - 1) * 7
            while day >= first.number + length { day -= 7 }
            number = day
        case .julian(let day):
            let isLate = day >= 60 && CalendarDay.days(in: 2, of: year) == 29
            number =
                CalendarDay(year: year, month: 1, day: 1).number + Int64(day - (isLate ? 0 : 1))
        case .ofYear(let day):
            number = CalendarDay(year: year, month: 1, day: 1).number + Int64(day)
        }
        return number * 86_400 + Int64(day.1)
    }

    private struct Reader {
        var rest: Substring

        mutating func skip(_ character: Character) -> Bool {
            guard rest.first == character else { return false }
            rest.removeFirst()
            return true
        }

        /// An abbreviation, of letters or in angle brackets.
        mutating func skipName() -> Bool {
            if skip("<") {
                guard let end = rest.firstIndex(of: ">") else { return false }
                rest = rest[rest.index(after: end)...]
                return true
            }
            let name = rest.prefix { $0.isLetter }
            rest.removeFirst(name.count)
            return name.count >= 3
        }

        mutating func number() -> Int? {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard (1...4).contains(digits.count) else { return nil }
            rest.removeFirst(digits.count)
            return Int(digits)
        }

        /// `[+-]hh[:mm[:ss]]` in seconds.
        mutating func time() -> Int? {
            let sign = skip("-") ? -1 : 1
            if sign == 1 { _ = skip("+") }
            guard let hours = number() else { return nil }
            var seconds = hours * 3600
            for unit in [60, 1] where skip(":") {
                guard let more = number() else { return nil }
                seconds += more * unit
            }
            return sign * seconds
        }

        mutating func day() -> (Day, Int)? {
            let day: Day
            if skip("M") {
                guard let month = number(), skip("."), let week = number(), skip("."),
                    let weekday = number(), (1...12).contains(month), (1...5).contains(week),
                    (0...6).contains(weekday)
                else { return nil }
                day = .monthly(month, week, weekday)
            } else if skip("J") {
                guard let number = number(), (1...365).contains(number) else { return nil }
                day = .julian(number)
            } else {
                guard let number = number(), (0...365).contains(number) else { return nil }
                day = .ofYear(number)
            }
            guard skip("/") else { return (day, 7200) }
            guard let time = time() else { return nil }
            return (day, time)
        }
    }
}

/// A day of the Gregorian calendar, by Howard Hinnant's "chrono-compatible low-level date algorithms".
struct CalendarDay: Sendable, Equatable {
    /// Days since 1970-01-01.
    let number: Int64
    let year, month, day: Int

    init(year: Int, month: Int, day: Int) {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.init(number: Int64(era * 146_097 + dayOfEra - 719_468))
    }

    /// The day of a second since 1970.
    init(second: Int64) {
        self.init(number: (second - (second % 86_400 + 86_400) % 86_400) / 86_400)
    }

    init(number: Int64) {
        self.number = number
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = Int(shifted - era * 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + Int(era) * 400 + (month <= 2 ? 1 : 0)
    }

    /// 0 is Sunday.
    var weekday: Int { Int(((number + 4) % 7 + 7) % 7) }

    static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
