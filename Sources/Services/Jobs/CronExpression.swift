import Domain

/// When something is to happen, in crontab's five fields: minute, hour, day of month, month, day of week.
///
/// Each is `*`, a number, a range, a list of these, or one of them with a step; months and weekdays may be names. Where
/// both days are restricted either one is enough, as in cron.
package struct CronExpression: Sendable, Equatable {
    private let minutes, hours, days, months, weekdays: Set<Int>
    private let isEveryDay, isEveryWeekday: Bool
    /// Whether it counts the hours that pass and not the times that clocks show.
    let isEveryHour: Bool

    private static let monthNames = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
    private static let weekdayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    /// Nil for what is no such expression, or can never come.
    package init?(_ text: String) {
        let fields = text.lowercased().split(separator: " ", omittingEmptySubsequences: true)
        guard fields.count == 5,
            let minutes = Self.values(fields[0], 0...59),
            let hours = Self.values(fields[1], 0...23),
            let days = Self.values(fields[2], 1...31),
            let months = Self.values(fields[3], 1...12, Self.monthNames, from: 1),
            let weekdays = Self.values(fields[4], 0...7, Self.weekdayNames, from: 0)
        else { return nil }
        self.minutes = minutes
        self.hours = hours
        self.days = days
        self.months = months
        self.weekdays = Set(weekdays.map { $0 % 7 })
        isEveryDay = fields[2].hasPrefix("*")
        isEveryWeekday = fields[4].hasPrefix("*")
        isEveryHour = hours.count == 24
        guard next(after: 0, in: .utc) != nil else { return nil }
    }

    private static func values(
        _ field: Substring, _ range: ClosedRange<Int>, _ names: [String] = [], from base: Int = 0
    ) -> Set<Int>? {
        func number(_ text: Substring) -> Int? {
            if let index = names.firstIndex(of: String(text)) { return index + base }
            guard !text.isEmpty, text.utf8.count <= 4,
                text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
            else { return nil }
            return Int(text)
        }
        var values: Set<Int> = []
        for part in field.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "/", omittingEmptySubsequences: false)
            guard (1...2).contains(pieces.count) else { return nil }
            var step = 1
            if pieces.count == 2 {
                guard let given = number(pieces[1]), given > 0 else { return nil }
                step = given
            }
            let bounds: ClosedRange<Int>
            let ends = pieces[0].split(separator: "-", omittingEmptySubsequences: false)
            if pieces[0] == "*" {
                bounds = range
            } else if ends.count == 2, let first = number(ends[0]), let last = number(ends[1]),
                first <= last
            {
                bounds = first...last
            } else if ends.count == 1, let first = number(ends[0]) {
                bounds = pieces.count == 2 ? first...max(first, range.upperBound) : first...first
            } else {
                return nil
            }
            guard range.contains(bounds.lowerBound), range.contains(bounds.upperBound) else {
                return nil
            }
            values.formUnion(stride(from: bounds.lowerBound, through: bounds.upperBound, by: step))
        }
        return values
    }

    /// The first second since 1970 after that one at which it is time; nil if none comes within years.
    ///
    /// A time that clocks leave out in spring comes as much later as they are set forward; one that they show twice in
    /// autumn comes once. What happens every hour goes by the hours that pass.
    package func next(after second: Int64, in zone: ZoneRules) -> Int64? {
        let local = second + Int64(zone.offset(at: second))
        // A day earlier, for a time that was left out at the end of that day.
        var day = CalendarDay(number: CalendarDay(second: local).number - 1)
        // The 29th of February can be eight years away.
        for _ in 0..<3000 {
            if matches(day) {
                if let found = first(on: day, after: second, zone) { return found }
            } else if !months.contains(day.month) {
                let length = CalendarDay.days(in: day.month, of: day.year)
                day = CalendarDay(number: day.number + Int64(length - day.day + 1))
                continue
            }
            day = CalendarDay(number: day.number + 1)
        }
        return nil
    }

    private func matches(_ day: CalendarDay) -> Bool {
        guard months.contains(day.month) else { return false }
        let isDay = days.contains(day.day)
        let isWeekday = weekdays.contains(day.weekday)
        return isEveryDay || isEveryWeekday ? isDay && isWeekday : isDay || isWeekday
    }

    private func first(on day: CalendarDay, after second: Int64, _ zone: ZoneRules) -> Int64? {
        var found: Int64?
        for hour in hours {
            for minute in minutes {
                let local = day.number * 86_400 + Int64(hour * 3600 + minute * 60)
                let moments = isEveryHour ? zone.moments(showing: local) : [zone.moment(of: local)]
                for moment in moments where moment > second && moment < found ?? .max {
                    found = moment
                }
            }
        }
        return found
    }
}
