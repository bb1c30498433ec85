import Services
import Telemetry
import Vectors

extension Metric {
    private static let vectorCount = gauge(
        "tintype_vectors", labels: ["space"], "Vectors that can be found, by space.")
    private static let vectorSlots = gauge(
        "tintype_vector_slots", labels: ["space"], "Places in a space's file, used or not.")
    private static let vectorFileBytes = gauge(
        "tintype_vector_file_bytes", unit: "bytes", labels: ["space"], "Size of a space's file.")
    private static let graphNodes = gauge(
        "tintype_vector_graph_nodes", labels: ["space", "state"],
        "Vectors in a space's graph, and dead ones that wait to be unlinked.")
    private static let graphBytes = gauge(
        "tintype_vector_graph_bytes", unit: "bytes", labels: ["space"], "Memory of a space's graph."
    )
    private static let snapshotTime = gauge(
        "tintype_vector_snapshot_timestamp_seconds", unit: "seconds", labels: ["space"],
        "When a space's graph was last kept, since 1970; 0 if it never was.")
    private static let kernels = gauge(
        "tintype_vector_kernels_info", labels: ["kernels"],
        "The instruction set that distances are computed with.")

    /// The metrics of vector search.
    static let vectorMetrics = [
        vectorCount, vectorSlots, vectorFileBytes, graphNodes, graphBytes, snapshotTime, kernels,
    ]

    fileprivate static func gauge(_ space: SpaceStatistics, in metrics: Metrics) {
        let name = space.name
        let graphs = space.graphs.values
        metrics.set(.vectorCount, Double(space.count), labels: [name])
        metrics.set(.vectorSlots, Double(space.slots), labels: [name])
        metrics.set(.vectorFileBytes, Double(space.fileBytes), labels: [name])
        metrics.set(
            .graphNodes, Double(graphs.reduce(0) { $0 + $1.count }), labels: [name, "live"])
        metrics.set(
            .graphNodes, Double(graphs.reduce(0) { $0 + $1.dead }), labels: [name, "dead"])
        metrics.set(.graphBytes, Double(graphs.reduce(0) { $0 + $1.bytes }), labels: [name])
        metrics.set(.snapshotTime, Double(space.snapshotTime ?? 0), labels: [name])
        metrics.set(.kernels, 1, labels: [space.kernels])
    }
}

extension Installation {
    /// Looks at both spaces for whoever asks for the metrics.
    func gaugeVectors() {
        for space in spaces {
            Metric.gauge(space.statistics, in: metrics)
        }
    }
}
