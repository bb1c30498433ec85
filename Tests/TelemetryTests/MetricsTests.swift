import Telemetry
import Testing

struct MetricsTests {
    private static let jobs = Metric.counter("jobs_total", labels: ["queue"], "Jobs \\ done.\nAll.")
    private static let depth = Metric.gauge("depth", "Jobs waiting.")
    private static let wait = Metric.histogram(
        "wait_seconds", labels: ["queue"], buckets: [0.5, 1], "Time before a start.")

    @Test func `the text is that of the Prometheus format 0.0.4`() {
        let metrics = Metrics([Self.jobs, Self.depth, Self.wait])
        metrics.add(Self.jobs, labels: ["b\"\\\n"])
        metrics.add(Self.jobs, 2, labels: ["a"])
        metrics.set(Self.depth, 1.5)
        for seconds in [0.25, 0.5, 0.75, 9] { metrics.observe(Self.wait, seconds, labels: ["a"]) }
        #expect(
            metrics.render() == #"""
                # HELP jobs_total Jobs \\ done.\nAll.
                # TYPE jobs_total counter
                jobs_total{queue="a"} 2
                jobs_total{queue="b\"\\\n"} 1
                # HELP depth Jobs waiting.
                # TYPE depth gauge
                depth 1.5
                # HELP wait_seconds Time before a start.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{queue="a",le="0.5"} 2
                wait_seconds_bucket{queue="a",le="1"} 3
                wait_seconds_bucket{queue="a",le="+Inf"} 4
                wait_seconds_sum{queue="a"} 10.5
                wait_seconds_count{queue="a"} 4

                """#)
    }

    @Test func `labels beyond the limit are counted together`() {
        let metrics = Metrics([Self.jobs])
        for number in 0..<Metrics.maximumSeries + 500 {
            metrics.add(Self.jobs, labels: ["\(number)"])
        }
        #expect(metrics.value(of: Self.jobs, labels: ["other"]) == 500)
        #expect(metrics.value(of: Self.jobs, labels: ["7"]) == 1)
    }

    @Test func `counting from many tasks loses nothing`() async {
        let metrics = Metrics([Self.depth])
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<1000 { metrics.add(Self.depth) } }
            }
        }
        #expect(metrics.value(of: Self.depth) == 8000)
    }

    @Test func `the process is looked up when its numbers are shown`() {
        let metrics = Metrics()
        ProcessMetrics.register(in: metrics)
        let text = metrics.render()
        #expect(text.contains("# TYPE process_resident_memory_bytes gauge\n"))
        #expect(metrics.value(of: .processResidentMemory) > 1_000_000)
        #expect(metrics.value(of: .processOpenDescriptors) >= 3)
        #expect(metrics.value(of: .processCPU) > 0)
    }

    @Test func `the table has names of the right form, each once`() {
        let names = Metric.mechanisms.map(\.name)
        #expect(Set(names).count == names.count)
        for metric in Metric.mechanisms {
            #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter))
            #expect(metric.unit.isEmpty || metric.name.contains("_" + metric.unit))
            #expect(metric.help.hasSuffix("."))
        }
        #expect(
            Metric.documentation(of: [Self.wait]).contains(
                "| `wait_seconds` | histogram | `queue` |"))
    }
}
