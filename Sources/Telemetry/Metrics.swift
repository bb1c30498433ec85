import Synchronization

/// The current numbers of all metrics.
///
/// Changing a number costs one short lock on its own metric. A metric holds at most `maximumSeries` combinations
/// of labels; further ones are counted together under `other`, so no client can fill the memory with labels.
package final class Metrics: Sendable {
    private struct State {
        /// By `Metric.index`.
        var families: [MetricFamily?] = []
        var order: [MetricFamily] = []
        var collectors: [@Sendable (Metrics) -> Void] = []
    }

    package static let maximumSeries = 2000

    private let state = Mutex(State())

    /// - Parameter definitions: the table; metrics without labels show as 0 from the start.
    package init(_ definitions: [Metric] = Metric.mechanisms) {
        for metric in definitions { _ = family(of: metric) }
    }

    /// Adds to a counter or a gauge.
    package func add(_ metric: Metric, _ amount: Double = 1, labels: [String] = []) {
        family(of: metric).change(labels) { $0.value += amount }
    }

    /// Sets a gauge, or a counter that somebody else counts.
    package func set(_ metric: Metric, _ value: Double, labels: [String] = []) {
        family(of: metric).change(labels) { $0.value = value }
    }

    /// Records one observation of a histogram.
    package func observe(_ metric: Metric, _ value: Double, labels: [String] = []) {
        family(of: metric).change(labels) { series in
            let bucket = metric.buckets.firstIndex { value <= $0 } ?? metric.buckets.count
            series.buckets[bucket] += 1
            series.value += value
        }
    }

    package func observe(_ metric: Metric, _ duration: Duration, labels: [String] = []) {
        observe(metric, duration / .seconds(1), labels: labels)
    }

    /// The present number of a counter or a gauge, or the sum of a histogram; 0 if nothing was counted.
    package func value(of metric: Metric, labels: [String] = []) -> Double {
        family(of: metric).value(labels)
    }

    /// Calls `collect` before each rendering, for numbers that are looked up and not counted.
    package func onRender(_ collect: @escaping @Sendable (Metrics) -> Void) {
        state.withLock { $0.collectors.append(collect) }
    }

    /// Everything in the text format of Prometheus, to be sent as `Metrics.mediaType`.
    package func render() -> String {
        let collectors = state.withLock(\.collectors)
        for collect in collectors { collect(self) }
        let families = state.withLock(\.order)
        var text = ""
        for family in families { family.render(into: &text) }
        return text
    }

    package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    private func family(of metric: Metric) -> MetricFamily {
        state.withLock { state in
            if metric.index >= state.families.count {
                let missing = metric.index + 1 - state.families.count
                state.families += Array(repeating: nil, count: missing)
            }
            if let family = state.families[metric.index] { return family }
            let family = MetricFamily(metric)
            state.families[metric.index] = family
            state.order.append(family)
            return family
        }
    }
}

/// One metric with its series, one per combination of labels.
final class MetricFamily: Sendable {
    struct Series {
        var value = 0.0
        /// Observations per bucket, not yet added up; the last one is infinity.
        var buckets: [Int]
    }

    private let metric: Metric
    private let series: Mutex<[[String]: Series]>

    init(_ metric: Metric) {
        self.metric = metric
        series = Mutex(metric.labels.isEmpty ? [[]: Self.empty(metric)] : [:])
    }

    func change(_ labels: [String], _ body: (inout Series) -> Void) {
        precondition(labels.count == metric.labels.count, "labels of \(metric.name)")
        series.withLock { series in
            let isFull = series.count >= Metrics.maximumSeries && series[labels] == nil
            let key = isFull ? labels.map { _ in "other" } : labels
            body(&series[key, default: Self.empty(metric)])
        }
    }

    func value(_ labels: [String]) -> Double { series.withLock { $0[labels]?.value ?? 0 } }

    func render(into text: inout String) {
        let series = series.withLock { $0 }
        text += "# HELP \(metric.name) \(Self.escape(metric.help, quotes: false))\n"
        text += "# TYPE \(metric.name) \(metric.kind.rawValue)\n"
        for (labels, series) in series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let pairs = zip(metric.labels, labels).map { "\($0)=\"\(Self.escape($1))\"" }
            guard metric.kind == .histogram else {
                text += "\(metric.name)\(Self.braces(pairs)) \(Self.number(series.value))\n"
                continue
            }
            var total = 0
            let bounds = metric.buckets.map(Self.number) + ["+Inf"]
            for (bound, count) in zip(bounds, series.buckets) {
                total += count
                text +=
                    "\(metric.name)_bucket\(Self.braces(pairs + ["le=\"\(bound)\""])) \(total)\n"
            }
            text += "\(metric.name)_sum\(Self.braces(pairs)) \(Self.number(series.value))\n"
            text += "\(metric.name)_count\(Self.braces(pairs)) \(total)\n"
        }
    }

    private static func empty(_ metric: Metric) -> Series {
        let isHistogram = metric.kind == .histogram
        return Series(
            buckets: isHistogram ? .init(repeating: 0, count: metric.buckets.count + 1) : [])
    }

    private static func braces(_ pairs: [String]) -> String {
        pairs.isEmpty ? "" : "{" + pairs.joined(separator: ",") + "}"
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && abs(value) < 1e15
            ? String(Int(value)) : value.description
    }

    private static func escape(_ text: String, quotes: Bool = true) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
