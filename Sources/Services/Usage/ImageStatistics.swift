import Domain
import Store

/// How requests with a kept image fared: counts, times and sizes, in all and by what they have in common.
package struct ImageStatistics: Sendable {
    /// Requests that have something in common.
    package struct Group: Sendable {
        package private(set) var count = 0
        package private(set) var errors = 0
        package private(set) var bytes = 0
        private var milliseconds: [Int] = []

        mutating func add(_ row: RequestSumTable.ImageRow) {
            count += 1
            if row.errorCode != nil { errors += 1 }
            bytes += row.size
            milliseconds.append(row.milliseconds)
        }

        mutating func sort() { milliseconds.sort() }

        package var averageMilliseconds: Double {
            count == 0 ? 0 : Double(milliseconds.reduce(0, +)) / Double(count)
        }
        package var roundedMilliseconds: Double {
            Rounded.quotient(milliseconds.reduce(0, +), count)
        }
        package var averageKilobytes: Double { Rounded.quotient(bytes, count * 1024) }
        package var megabytes: Double { Rounded.quotient(bytes, 1_048_576) }
        /// Percent.
        package var errorRate: Double { Rounded.quotient(errors * 100, count) }
        package var successRate: Double { Rounded.quotient((count - errors) * 100, count) }

        /// The duration that so many percent do not exceed: the nearest rank, 0 where there are none.
        package func percentile(_ percent: Int) -> Int {
            guard count > 0 else { return 0 }
            return milliseconds[max(0, (count * percent + 99) / 100 - 1)]
        }
    }

    /// A group and its name.
    package typealias Named = (name: String, group: Group)

    package private(set) var overall = Group()
    /// Bytes on the disk: each content once.
    package private(set) var physicalBytes = 0
    /// The ten commonest.
    package private(set) var byDimensions: [Named] = []
    package private(set) var byMediaType: [Named] = []
    package private(set) var byService: [Named] = []
    package private(set) var byErrorCode: [Named] = []
    /// By UTC date, oldest first; only requests of the last seven days.
    package private(set) var byDay: [Named] = []

    package var physicalMegabytes: Double { Rounded.quotient(physicalBytes, 1_048_576) }

    init(_ rows: RequestSumTable, service: String?, now: Time, day: (Int64) -> String) throws {
        var dimensions: [Size: Group] = [:]
        var types: [String: Group] = [:]
        var services: [String: Group] = [:]
        var codes: [String: Group] = [:]
        var days: [Int64: Group] = [:]
        var seen: Set<Int64> = []
        let start = now.advanced(bySeconds: -7 * 86_400).milliseconds
        try rows.forEachImage(of: service) { row in
            overall.add(row)
            if seen.insert(row.blob).inserted { physicalBytes += row.size }
            dimensions[Size(width: row.width, height: row.height), default: Group()].add(row)
            types[row.mediaType, default: Group()].add(row)
            services[row.service, default: Group()].add(row)
            if let code = row.errorCode { codes[code, default: Group()].add(row) }
            if row.time >= start { days[row.time / 86_400_000, default: Group()].add(row) }
        }
        overall.sort()
        let named = dimensions.map { ($0.key.name, $0.value) }
        byDimensions = Array(Self.commonest(named).prefix(10))
        byMediaType = Self.commonest(types.map { ($0.key, $0.value) })
        byService = Self.commonest(services.map { ($0.key, $0.value) })
        byErrorCode = Self.commonest(codes.map { ($0.key, $0.value) })
        byDay = days.sorted { $0.key < $1.key }.map { number, group in
            var group = group
            group.sort()
            return (day(number * 86_400_000), group)
        }
    }

    private struct Size: Hashable {
        let width: Int
        let height: Int

        var name: String { width > 0 && height > 0 ? "\(width)x\(height)" : "Unknown" }
    }

    private static func commonest(_ groups: [(String, Group)]) -> [Named] {
        groups.sorted { a, b in
            (-a.1.count, a.0) < (-b.1.count, b.0)
        }.map { name, group in
            var group = group
            group.sort()
            return (name, group)
        }
    }
}

/// Numbers rounded half up, computed in integers.
package enum Rounded {
    /// A quotient with two decimals; 0 where the divisor is.
    package static func quotient(_ dividend: Int, _ divisor: Int) -> Double {
        guard divisor > 0 else { return 0 }
        return Double((dividend * 200 + divisor) / (2 * divisor)) / 100
    }

    /// Nano-dollars in cents with four decimals.
    package static func cents(nanoUSD: Int) -> Double {
        Double((nanoUSD + 500) / 1_000) / 10_000
    }
}

extension UsageService {
    /// - Parameter day: writes the UTC date of a moment.
    package func imageStatistics(
        service: String?, day: @escaping @Sendable (Int64) -> String
    ) async throws -> ImageStatistics {
        await recorder.settle()
        let now = clock.now()
        return try await store.read { tables in
            try ImageStatistics(tables.requestSums, service: service, now: now, day: day)
        }
    }

    /// The requests of a span of time.
    package struct Period: Sendable {
        package var title: String
        package var sum: RequestSumTable.Sum
    }

    /// The request log added up.
    package struct Summary: Sendable {
        package var total: RequestSumTable.Sum
        package var periods: [Period]
        /// Most requests first.
        package var services: [(name: String, sum: RequestSumTable.Sum)]
    }

    package func summary(service: String?) async throws -> Summary {
        await recorder.settle()
        let now = clock.now()
        let today = now.milliseconds / 86_400_000 * 86_400_000
        let spans: [(String, Int64, Int64?)] = [
            ("Today", today, nil), ("Yesterday", today - 86_400_000, today),
            ("Last 7 Days", now.milliseconds - 7 * 86_400_000, nil),
            ("This Month", Self.startOfMonth(now), nil),
        ]
        return try await store.read { tables in
            let services = try tables.requestSums.sums(from: nil, to: nil, service: service)
            let periods = try spans.map { title, from, to in
                Period(
                    title: title,
                    sum: .init(
                        adding: try tables.requestSums.sums(
                            from: Time(milliseconds: from), to: to.map(Time.init(milliseconds:)),
                            service: service)))
            }
            return Summary(
                total: .init(adding: services), periods: periods,
                services: services.sorted {
                    (-$0.value.count, $0.key) < (-$1.value.count, $1.key)
                }.map { ($0.key, $0.value) })
        }
    }

    /// Midnight in UTC of the first day of the month (Hinnant, "chrono-compatible low-level date algorithms").
    private static func startOfMonth(_ now: Time) -> Int64 {
        let days = now.milliseconds / 86_400_000
        let shifted = days + 719_468
        let dayOfEra = shifted - (shifted >= 0 ? shifted : shifted - 146_096) / 146_097 * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let day = dayOfYear - (153 * ((5 * dayOfYear + 2) / 153) + 2) / 5
        return (days - day) * 86_400_000
    }
}

extension RequestSumTable.Sum {
    fileprivate init(adding sums: [String: RequestSumTable.Sum]) {
        self.init()
        for sum in sums.values {
            count += sum.count
            errors += sum.errors
            milliseconds += sum.milliseconds
            costNanoUSD += sum.costNanoUSD
            last = [last, sum.last].compactMap { $0 }.max()
        }
    }
}
