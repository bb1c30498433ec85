import Glibc
import Synchronization

extension VectorSpace {
    var snapshotPath: String { "\(settings.folder)/\(settings.name).hnsw" }

    /// Writes the graphs to the space's snapshot, for a fast start; searches go on meanwhile.
    package func snapshot() async throws(VectorError) {
        try await background.run { () throws(VectorError) in try self.writeSnapshot() }
    }

    func writeSnapshot() throws(VectorError) {
        upkeep.withLock { upkeep in
            upkeep.changesSinceSnapshot = 0
            upkeep.isSnapshotPlanned = false
        }
        let graphs = indexes.withLock { indexes in
            indexes.compactMap { model, index in (index as? HNSWGraph).map { (model, $0) } }
        }
        guard !graphs.isEmpty else { return }
        let aside = snapshotPath + ".new"
        let descriptor = Glibc.open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(operation: "open", code: errno) }
        defer { close(descriptor) }
        let writer = SnapshotWriter(descriptor, settings.operations)
        for (model, graph) in graphs { try graph.write(model: model, to: writer) }
        let header = Snapshot.header(
            identity: file.header.identity, dimension: dimension, graphs: graphs.count,
            length: writer.offset)
        try settings.operations.writeAll(descriptor, header, at: 0)
        try settings.operations.makeDurable(descriptor)
        guard rename(aside, snapshotPath) == 0 else {
            throw .system(operation: "rename", code: errno)
        }
        try synchroniseFolder(settings.folder)
        settings.onEvent(.snapshotWritten(bytes: writer.offset))
    }

    /// When the snapshot was written, in seconds since 1970.
    var snapshotTime: Int? {
        var status = stat()
        return stat(snapshotPath, &status) == 0 ? Int(status.st_mtim.tv_sec) : nil
    }

    /// Reads the graphs of the snapshot, or says why they must be built.
    func readSnapshot() -> [UInt32: HNSWGraph] {
        do throws(Snapshot.Refusal) {
            let reader = try SnapshotReader(path: snapshotPath)
            guard reader.identity == file.header.identity, reader.dimension == dimension else {
                throw .foreign
            }
            var graphs: [UInt32: HNSWGraph] = [:]
            for _ in 0..<reader.graphs {
                let (model, graph) = try HNSWGraph.read(
                    reader, file: file, parameters: settings.parameters)
                graphs[model] = graph
            }
            return graphs
        } catch {
            if error != .missing { settings.onEvent(.snapshotIgnored(reason: "\(error)")) }
            return [:]
        }
    }
}
