import Domain

/// Season and daylight of the moment of capture, told from EXIF alone.
struct Daylight: Sendable, Equatable {
    enum Season: String, Sendable { case spring, summer, autumn, winter }
    enum Part: String, Sendable { case night, morning, midday, afternoon, evening }

    var season: Season?
    var part: Part
    /// Whether the sun stood above the horizon; nil where the position is not known.
    var sunIsUp: Bool?

    /// Nil where there is no believable time.
    init?(_ capture: CaptureFacts) {
        guard let time = LocalTime(capture.localTime) else { return nil }
        switch time.minutes {
        case ..<300: part = .night
        case ..<660: part = .morning
        case ..<840: part = .midday
        case ..<1050: part = .afternoon
        case ..<1290: part = .evening
        default: part = .night
        }
        guard let latitude = capture.latitude, abs(latitude) <= 90 else { return }
        // Between the tropics the year has no four seasons.
        if abs(latitude) > 23.5 {
            let northern: [Season] = [.winter, .spring, .summer, .autumn]
            let quarter = (time.month % 12) / 3
            season = northern[(quarter + (latitude < 0 ? 2 : 0)) % 4]
        }
        if let longitude = capture.longitude, abs(longitude) <= 180 {
            let offset = LocalTime.offset(capture.zone) ?? Int((longitude / 15).rounded()) * 60
            let solar = Double(time.minutes - offset) + longitude * 4
            sunIsUp = Daylight.elevation(latitude, time.dayOfYear, solar) > -0.0145
        }
    }

    /// Sine of the sun's height, good to a degree (Cooper's declination).
    private static func elevation(_ latitude: Double, _ day: Int, _ minutes: Double) -> Double {
        let degree = 3.141_592_653_589_793 / 180
        let declination = 23.45 * CircleTable.sine(degree * 360 * Double(284 + day) / 365) * degree
        let angle = (minutes / 4 - 180) * degree
        let phi = latitude * degree
        return CircleTable.sine(phi) * CircleTable.sine(declination)
            + CircleTable.cosine(phi) * CircleTable.cosine(declination) * CircleTable.cosine(angle)
    }

    /// Such as `on a summer evening in daylight`.
    var phrase: String {
        let words = [season?.rawValue, part.rawValue].compactMap { $0 }.joined(separator: " ")
        let article = words.first.map { "aeiou".contains($0) } == true ? "an" : "a"
        var phrase: String
        switch part {
        case .night: phrase = season == nil ? "at night" : "on \(article) \(words)"
        case .midday: phrase = season.map { "around midday in \($0.rawValue)" } ?? "around midday"
        default: phrase = season == nil ? "in the \(part.rawValue)" : "on \(article) \(words)"
        }
        // Said only where it is not what the hour suggests anyway.
        if sunIsUp == true && part == .night { phrase += " with the sun still up" }
        if sunIsUp == false && part != .night { phrase += " with the sun below the horizon" }
        return phrase
    }
}

/// A wall-clock time taken apart.
private struct LocalTime {
    var month: Int
    var dayOfYear: Int
    /// Since midnight.
    var minutes: Int

    /// Reads `YYYY-MM-DDTHH:MM:SS`; nil for anything else and for impossible dates.
    init?(_ text: String?) {
        guard let bytes = text.map({ Array($0.utf8) }), bytes.count >= 16 else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard (48...57).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 48)
            }
            return value
        }
        guard let year = number(0..<4), year >= 1826, let month = number(5..<7),
            (1...12).contains(month), let day = number(8..<10), (1...31).contains(day),
            let hour = number(11..<13), hour < 24, let minute = number(14..<16), minute < 60
        else { return nil }
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
        self.month = month
        dayOfYear = before[month - 1] + day
        minutes = hour * 60 + minute
    }

    /// Minutes east of UTC of a zone such as `+02:00`.
    static func offset(_ zone: String?) -> Int? {
        guard let bytes = zone.map({ Array($0.utf8) }), bytes.count == 6, bytes[3] == 58,
            bytes[0] == 43 || bytes[0] == 45
        else { return nil }
        let digits = [bytes[1], bytes[2], bytes[4], bytes[5]]
        guard digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        let values = digits.map { Int($0) - 48 }
        let minutes = (values[0] * 10 + values[1]) * 60 + values[2] * 10 + values[3]
        return bytes[0] == 45 ? -minutes : minutes
    }
}
