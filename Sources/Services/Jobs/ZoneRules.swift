import Domain
import Glibc

/// A time zone's offsets from UTC, read from the system's time zone database (RFC 8536).
package struct ZoneRules: Sendable, Equatable {
    /// As in `Europe/Zurich`.
    package let name: String
    /// Ascending: from that second since 1970 on the offset in seconds holds.
    private let changes: [(at: Int64, offset: Int)]
    /// Before the first change.
    private let first: Int
    /// After the last one.
    private let rule: RecurringRule?

    package static let utc = ZoneRules(name: "UTC", changes: [], first: 0, rule: nil)

    private init(
        name: String, changes: [(at: Int64, offset: Int)], first: Int, rule: RecurringRule?
    ) {
        self.name = name
        self.changes = changes
        self.first = first
        self.rule = rule
    }

    package static func == (a: ZoneRules, b: ZoneRules) -> Bool { a.name == b.name }

    /// Seconds to add to UTC at a moment.
    package func offset(at second: Int64) -> Int {
        guard let last = changes.last else { return rule?.offset(at: second) ?? first }
        if second >= last.at, let rule { return rule.offset(at: second) }
        var low = 0
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].at <= second { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : changes[low - 1].offset
    }

    /// The moments at which clocks in the zone show a local time, counted in seconds as if it were UTC: one as a rule,
    /// two when clocks are set back over it, none when they are set forward over it.
    package func moments(showing local: Int64) -> [Int64] {
        let near = Set([offset(at: local - 86_400), offset(at: local), offset(at: local + 86_400)])
        return near.map { local - Int64($0) }.filter { $0 + Int64(offset(at: $0)) == local }
            .sorted()
    }

    /// The moment that a local time means: the earlier of two; where clocks leave it out, the time by the old offset.
    package func moment(of local: Int64) -> Int64 {
        moments(showing: local).first ?? local - Int64(offset(at: local - 86_400))
    }
}

extension ZoneRules {
    /// Reads a zone by name; an empty one is the system's. Nil where there is no such zone.
    package init?(named name: String) {
        if name.isEmpty {
            guard let system = Self.system() else { return nil }
            self = system
            return
        }
        if name == "UTC" || name == "Etc/UTC" {
            self = .utc
            return
        }
        let isPlain = name.utf8.allSatisfy {
            ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || ($0 >= 0x30 && $0 <= 0x39)
                || "/_+-".utf8.contains($0)
        }
        guard isPlain, !name.hasPrefix("/"),
            let bytes = Self.read("/usr/share/zoneinfo/" + name)
        else { return nil }
        self.init(name: name, file: bytes)
    }

    private static func system() -> ZoneRules? {
        if let variable = unsafe getenv("TZ") {
            let name = unsafe String(cString: variable).drop { $0 == ":" }
            if !name.isEmpty, let zone = ZoneRules(named: String(name)) { return zone }
        }
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink("/etc/localtime", &buffer, buffer.count)
        if count > 0 {
            let path = String(
                decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let marker = "zoneinfo/"
            if let range = path.firstRange(of: marker),
                let zone = ZoneRules(named: String(path[range.upperBound...]))
            {
                return zone
            }
        }
        guard let bytes = read("/etc/localtime") else { return .utc }
        return ZoneRules(name: "localtime", file: bytes)
    }

    private static func read(_ path: String) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256 * 1024)
        let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
        return count > 0 ? Array(bytes.prefix(count)) : nil
    }

    /// The 64-bit part of a TZif file of version 2 or later.
    private init?(name: String, file: [UInt8]) {
        guard let head = Header(file, at: 0), head.version >= 0x32,
            let body = Header(file, at: 44 + head.bodySize(timeSize: 4))
        else { return nil }
        var place = body.end
        let times = place
        place += body.times * 8
        let indexes = place
        place += body.times
        let types = place
        place = body.end + body.bodySize(timeSize: 8)
        guard place <= file.count, body.types > 0 else { return nil }
        func offset(ofType index: Int) -> Int? {
            guard index < body.types else { return nil }
            return Int(Int32(truncatingIfNeeded: Self.integer(file, types + index * 6, 4)))
        }
        var changes: [(at: Int64, offset: Int)] = []
        for index in 0..<body.times {
            guard let offset = offset(ofType: Int(file[indexes + index])) else { return nil }
            changes.append((Self.integer(file, times + index * 8, 8), offset))
        }
        let footer = file[place...].drop { $0 == 0x0A }.prefix { $0 != 0x0A }
        self.init(
            name: name, changes: changes, first: offset(ofType: 0) ?? 0,
            rule: RecurringRule(String(decoding: footer, as: UTF8.self)))
    }

    private struct Header {
        let version: UInt8
        let end: Int
        let times, types: Int
        private let utc, standard, leaps, letters: Int

        init?(_ file: [UInt8], at start: Int) {
            guard start >= 0, start + 44 <= file.count,
                Array(file[start..<start + 4]) == Array("TZif".utf8)
            else { return nil }
            version = file[start + 4]
            let counts = (0..<6).map { Int(ZoneRules.integer(file, start + 20 + $0 * 4, 4)) }
            guard counts.allSatisfy({ $0 >= 0 && $0 < 100_000 }) else { return nil }
            (utc, standard, leaps) = (counts[0], counts[1], counts[2])
            (times, types, letters) = (counts[3], counts[4], counts[5])
            end = start + 44
        }

        func bodySize(timeSize: Int) -> Int {
            times * (timeSize + 1) + types * 6 + letters + leaps * (timeSize + 4) + standard + utc
        }
    }

    /// A big-endian number of 4 or 8 bytes.
    private static func integer(_ file: [UInt8], _ place: Int, _ count: Int) -> Int64 {
        let bits = file[place..<place + count].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return count == 8
            ? Int64(bitPattern: bits) : Int64(Int32(truncatingIfNeeded: bits))
    }
}
