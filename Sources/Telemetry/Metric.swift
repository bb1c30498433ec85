import Synchronization

/// The definition of one metric. The static members are the table from which its documentation is made;
/// each part of the program adds its own in an extension and hands them to `Metrics`.
package struct Metric: Sendable {
    package enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    /// With its unit at the end, and `_total` if it is a counter, as Prometheus asks.
    package let name: String
    package let kind: Kind
    /// `seconds`, `bytes`, or empty for plain numbers.
    package let unit: String
    /// One sentence.
    package let help: String
    /// Names of the labels, in the order in which values are given.
    package let labels: [String]
    /// Upper bounds of a histogram, ascending, without infinity.
    package let buckets: [Double]
    /// The place of its numbers in each `Metrics`: definitions are made once, as static members.
    let index: Int

    private static let made = Atomic(0)

    private init(
        _ name: String, _ kind: Kind, unit: String, help: String, labels: [String],
        buckets: [Double] = []
    ) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.help = help
        self.labels = labels
        self.buckets = buckets
        index = Self.made.wrappingAdd(1, ordering: .relaxed).oldValue
    }

    package static func counter(
        _ name: String, unit: String = "", labels: [String] = [], _ help: String
    ) -> Metric {
        Metric(name, .counter, unit: unit, help: help, labels: labels)
    }

    package static func gauge(
        _ name: String, unit: String = "", labels: [String] = [], _ help: String
    ) -> Metric {
        Metric(name, .gauge, unit: unit, help: help, labels: labels)
    }

    package static func histogram(
        _ name: String, unit: String = "seconds", labels: [String] = [],
        buckets: [Double] = requestBuckets, _ help: String
    ) -> Metric {
        Metric(name, .histogram, unit: unit, help: help, labels: labels, buckets: buckets)
    }

    /// The bounds that OpenTelemetry advises for `http.server.request.duration`.
    package static let requestBuckets: [Double] = [
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ]
}

extension Metric {
    package static let httpRequestDuration = histogram(
        "http_server_request_duration_seconds", labels: ["method", "route", "status"],
        "Time from the end of a request's head to the last byte of its answer.")
    package static let httpConnections = gauge(
        "http_server_connections", labels: ["state"], "Open connections by state.")
    package static let httpRefused = counter(
        "http_server_refused_total", labels: ["reason"],
        "Refused by a limit, a deadline or the grammar: connections, deadline, malformed, memory, size."
    )
    package static let httpReceivedBytes = counter(
        "http_server_received_bytes_total", unit: "bytes", "Bytes of request bodies.")
    package static let httpSentBytes = counter(
        "http_server_sent_bytes_total", unit: "bytes", "Bytes of the bodies of answers.")

    package static let processCPU = counter(
        "process_cpu_seconds_total", unit: "seconds", "Processor time used so far.")
    package static let processResidentMemory = gauge(
        "process_resident_memory_bytes", unit: "bytes", "Memory resident in RAM.")
    package static let processOpenDescriptors = gauge(
        "process_open_fds", "Open file descriptors.")
    package static let processStart = gauge(
        "process_start_time_seconds", unit: "seconds", "When the process started, since 1970.")

    /// The metrics of this module, in the order in which they are shown.
    package static let mechanisms: [Metric] = [
        httpRequestDuration, httpConnections, httpRefused, httpReceivedBytes, httpSentBytes,
        processCPU, processResidentMemory, processOpenDescriptors, processStart,
    ]

    /// The documentation of a table of metrics, in Markdown.
    package static func documentation(of metrics: [Metric]) -> String {
        var lines = ["| metric | kind | labels | meaning |", "|---|---|---|---|"]
        for metric in metrics {
            let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
            lines.append("| `\(metric.name)` | \(metric.kind) | \(labels) | \(metric.help) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
