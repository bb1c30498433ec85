import Domain
import Store
import Synchronization

/// Token buckets for uploads: in memory while the daemon runs, written through to SQLite so that a restart changes nothing.
///
/// A bucket holds the tokens that are *missing*, so a changed limit holds at once. Capacity is the limit, the refill is
/// the limit per hour, continuous. Check and take are one step over all buckets concerned.
package final class RateLimiter: Sendable {
    private let store: DataStore
    private let clock: TimeSource
    private let buckets: Mutex<[String: Bucket]>

    /// One bucket that a request is measured against.
    package struct Rule: Sendable, Equatable {
        /// `identity` or `address`: its name in the headers.
        package var name: String
        /// What is counted under it, such as `f:` and a fingerprint.
        package var key: String
        /// Tokens an hour; 0 refuses everything.
        package var limit: Int

        package init(name: String, key: String, limit: Int) {
            self.name = name
            self.key = key
            self.limit = limit
        }
    }

    /// How a bucket stands after a request.
    package struct Standing: Sendable, Equatable {
        package var rule: Rule
        /// Whole tokens left.
        package var remaining: Int
        /// Seconds to the next token, rounded up; 0 when the bucket is full.
        package var nextToken: Int
    }

    /// Why a request was refused.
    package struct Refusal: Error, Sendable, Equatable {
        /// Analyses begun under the refusing bucket in the last hour, plus this request.
        package var requests: Int
        package var limit: Int
        /// Whole seconds, at least 1, until every bucket has a token.
        package var retryAfter: Int

        package init(requests: Int, limit: Int, retryAfter: Int) {
            self.requests = requests
            self.limit = limit
            self.retryAfter = retryAfter
        }
    }

    private struct Bucket {
        var missing: Double
        var updatedAt: Time
        /// When the analyses of the last hour began, oldest first.
        var begun: [Time]
    }

    private static let hour = 3600.0

    /// Reads back what earlier runs have taken.
    package init(store: DataStore, clock: TimeSource) async throws {
        self.store = store
        self.clock = clock
        let since = clock.now().advanced(bySeconds: -Self.hour)
        let rows = try await store.read { try $0.rates.all(since: since) }
        var loaded: [String: Bucket] = [:]
        for row in rows.buckets {
            loaded[row.key] = Bucket(missing: row.missing, updatedAt: row.updatedAt, begun: [])
        }
        for event in rows.events {
            loaded[event.key]?.begun.append(event.at)
        }
        buckets = Mutex(loaded)
    }

    /// Takes one token from every bucket or none from any; durable when it returns.
    package func take(_ rules: [Rule]) async throws {
        let now = clock.now()
        let taken = try buckets.withLock { buckets throws(Refusal) -> [RateBucketRow] in
            for rule in rules { Self.refill(&buckets[rule.key], limit: rule.limit, now: now) }
            try Self.check(rules, in: buckets)
            return rules.map { rule in
                var bucket = buckets[rule.key] ?? Bucket(missing: 0, updatedAt: now, begun: [])
                bucket.missing += 1
                bucket.begun.append(now)
                buckets[rule.key] = bucket
                return RateBucketRow(key: rule.key, missing: bucket.missing, updatedAt: now)
            }
        }
        try await store.write { tables in
            for row in taken { try tables.rates.take(row) }
        }
    }

    /// Fails as `take` would, and takes nothing.
    package func verify(_ rules: [Rule]) throws(Refusal) {
        let now = clock.now()
        try buckets.withLock { buckets throws(Refusal) in
            for rule in rules { Self.refill(&buckets[rule.key], limit: rule.limit, now: now) }
            try Self.check(rules, in: buckets)
        }
    }

    /// How the buckets stand now.
    package func standing(_ rules: [Rule]) -> [Standing] {
        let now = clock.now()
        return buckets.withLock { buckets in
            rules.map { rule in
                Self.refill(&buckets[rule.key], limit: rule.limit, now: now)
                let missing = buckets[rule.key]?.missing ?? 0
                let left = max(0, Double(rule.limit) - missing)
                // The next whole token: what lacks to the next integer, at the rate of the refill.
                let lacking = (left + 1).rounded(.down) - left
                let seconds =
                    missing <= 0 ? 0 : Self.wholeSeconds(min(lacking, missing), limit: rule.limit)
                return Standing(rule: rule, remaining: Int(left + 1e-9), nextToken: seconds)
            }
        }
    }

    /// Forgets buckets that are full again and events older than an hour.
    package func sweep() async throws {
        let now = clock.now()
        let since = now.advanced(bySeconds: -Self.hour)
        buckets.withLock { buckets in
            buckets = buckets.filter { _, bucket in
                (bucket.begun.last ?? bucket.updatedAt) >= since || now < bucket.updatedAt
            }
        }
        try await store.write { try $0.rates.sweep(before: since) }
    }

    private static func check(
        _ rules: [Rule], in buckets: [String: Bucket]
    ) throws(Refusal) {
        var refusing: Rule?
        var wait = 0
        for rule in rules {
            let missing = buckets[rule.key]?.missing ?? 0
            let lacking = missing + 1 - Double(rule.limit)
            guard rule.limit == 0 || lacking > 1e-9 else { continue }
            refusing = refusing ?? rule
            wait = max(wait, rule.limit == 0 ? Int(hour) : wholeSeconds(lacking, limit: rule.limit))
        }
        guard let refusing else { return }
        let begun = buckets[refusing.key]?.begun.count ?? 0
        throw Refusal(requests: begun + 1, limit: refusing.limit, retryAfter: max(1, wait))
    }

    /// Seconds until `tokens` have flowed back, rounded up.
    private static func wholeSeconds(_ tokens: Double, limit: Int) -> Int {
        guard limit > 0 else { return Int(hour) }
        return Int((tokens * hour / Double(limit) - 1e-6).rounded(.up))
    }

    private static func refill(_ bucket: inout Bucket?, limit: Int, now: Time) {
        guard var full = bucket else { return }
        // A clock set back gives nothing and takes nothing; the count goes on from the new time.
        let elapsed = max(0, now.seconds(since: full.updatedAt))
        full.missing = max(0, full.missing - elapsed * Double(limit) / hour)
        if limit > 0 { full.missing = min(full.missing, Double(limit)) }
        full.updatedAt = now
        let since = now.advanced(bySeconds: -hour)
        if let first = full.begun.firstIndex(where: { $0 >= since }) {
            full.begun.removeFirst(first)
        } else {
            full.begun = []
        }
        bucket = full
    }
}
