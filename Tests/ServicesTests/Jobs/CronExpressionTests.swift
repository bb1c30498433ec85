import Domain
import Services
import Testing

@Suite struct CronExpressionTests {
    private func seconds(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int = 0)
        -> Int64
    {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = Int64(era * 146_097 + dayOfEra - 719_468)
        return days * 86_400 + Int64(hour * 3600 + minute * 60)
    }

    /// The next runs after a moment, as hours and minutes in UTC after midnight of that day.
    private func runs(
        _ text: String, _ zone: String, after: Int64, count: Int
    ) throws -> [Int64] {
        let cron = try #require(CronExpression(text))
        let zone = try #require(ZoneRules(named: zone))
        var runs: [Int64] = []
        var moment = after
        for _ in 0..<count {
            moment = try #require(cron.next(after: moment, in: zone))
            runs.append(moment)
        }
        return runs
    }

    @Test(arguments: [
        ("0 2 * * *", (2026, 3, 1, 2)), ("0 3 * * 0", (2026, 3, 1, 3)),
        ("0 3 * * sun", (2026, 3, 1, 3)), ("0 3 * * 7", (2026, 3, 1, 3)),
        ("0 */6 * * *", (2026, 3, 1, 6)), ("0 4 1 * *", (2026, 3, 1, 4)),
        ("30 4 1 * *", (2026, 3, 1, 4)), ("0 0 29 2 *", (2028, 2, 29, 0)),
        ("0 0 1 jan *", (2027, 1, 1, 0)), ("0 12 13 * 5", (2026, 3, 6, 12)),
        ("0 0 31 * *", (2026, 3, 31, 0)), ("15-20/5 22,23 * * mon-fri", (2026, 3, 2, 22)),
    ])
    func `the next run is the first that fits`(text: String, date: (Int, Int, Int, Int)) throws {
        let after = seconds(2026, 3, 1, 0, 1)
        let run = try runs(text, "UTC", after: after, count: 1)[0]
        let minute = text.hasPrefix("30") ? 30 : text.hasPrefix("15") ? 15 : 0
        #expect(run == seconds(date.0, date.1, date.2, date.3, minute))
    }

    @Test(arguments: [
        "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *",
        "* * * 13 *", "* * * * 8", "*/0 * * * *", "5-1 * * * *", "a * * * *", "1,,2 * * * *",
        "0 0 30 2 *", "-1 * * * *", "1- * * * *", "99999999999999999999 * * * *",
    ])
    func `what can never come is no expression`(text: String) {
        #expect(CronExpression(text) == nil)
    }

    @Test func `clocks set forward move a run and do not skip it`() throws {
        // In Zurich the hour from 2 to 3 is left out on 2026-03-29.
        let after = seconds(2026, 3, 28, 12)
        #expect(
            try runs("30 2 * * *", "Europe/Zurich", after: after, count: 3) == [
                seconds(2026, 3, 29, 1, 30), seconds(2026, 3, 30, 0, 30),
                seconds(2026, 3, 31, 0, 30),
            ])
        // Both meant the same moment that day.
        #expect(
            try runs("30 2,3 * * *", "Europe/Zurich", after: after, count: 2) == [
                seconds(2026, 3, 29, 1, 30), seconds(2026, 3, 30, 0, 30),
            ])
    }

    @Test func `clocks set back repeat no run`() throws {
        // In Zurich the hour from 2 to 3 comes twice on 2026-10-25.
        let after = seconds(2026, 10, 24, 12)
        #expect(
            try runs("30 2 * * *", "Europe/Zurich", after: after, count: 2) == [
                seconds(2026, 10, 25, 0, 30), seconds(2026, 10, 26, 1, 30),
            ])
        #expect(
            try runs("0 0 * * *", "Europe/Zurich", after: after, count: 3) == [
                seconds(2026, 10, 24, 22), seconds(2026, 10, 25, 23), seconds(2026, 10, 26, 23),
            ])
    }

    @Test func `what comes every hour goes by the hours that pass`() throws {
        let after = seconds(2026, 10, 24, 23, 30)
        #expect(
            try runs("0 * * * *", "Europe/Zurich", after: after, count: 3) == [
                seconds(2026, 10, 25, 0), seconds(2026, 10, 25, 1), seconds(2026, 10, 25, 2),
            ])
        let spring = seconds(2026, 3, 29, 0, 10)
        #expect(
            try runs("*/30 * * * *", "Europe/Zurich", after: spring, count: 3) == [
                seconds(2026, 3, 29, 0, 30), seconds(2026, 3, 29, 1), seconds(2026, 3, 29, 1, 30),
            ])
    }

    @Test(arguments: [
        ("Europe/Zurich", 2026, 1, 3600), ("Europe/Zurich", 2026, 7, 7200),
        ("Europe/Zurich", 2060, 1, 3600), ("Europe/Zurich", 2060, 7, 7200),
        ("America/New_York", 2055, 7, -14_400), ("America/New_York", 2055, 12, -18_000),
        ("Australia/Sydney", 2050, 1, 39_600), ("Australia/Sydney", 2050, 7, 36_000),
        ("Asia/Kathmandu", 2030, 5, 20_700), ("UTC", 2030, 5, 0),
    ])
    func `a zone's offset holds also in years to come`(
        zone: String, year: Int, month: Int, offset: Int
    ) throws {
        let rules = try #require(ZoneRules(named: zone))
        #expect(rules.offset(at: seconds(year, month, 15, 12)) == offset)
    }

    @Test(arguments: [
        "Nowhere/At_All", "../../etc/passwd", "/etc/passwd", "Europe", "posixrules\0",
    ])
    func `a name that is no zone is refused`(name: String) {
        #expect(ZoneRules(named: name) == nil)
    }

    @Test func `a year has as many daily runs as days in every zone`() throws {
        for zone in ["Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran"] {
            let rules = try #require(ZoneRules(named: zone))
            let cron = try #require(CronExpression("15 2 * * *"))
            var moment = seconds(2026, 1, 1, 12)
            var count = 0
            while let next = cron.next(after: moment, in: rules), next < seconds(2027, 1, 1, 12) {
                #expect(next > moment)
                moment = next
                count += 1
            }
            #expect(count == 365, "\(zone)")
        }
    }
}
