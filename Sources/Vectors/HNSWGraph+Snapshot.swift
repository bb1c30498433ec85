import Synchronization

extension HNSWGraph {
    /// The fixed-size part of a graph in a snapshot.
    private struct Outline {
        var model: UInt32
        var degree: UInt32
        var breadth: UInt32
        var codeCount: UInt32
        var prefix: UInt32
        var hasAxes: UInt32
        var step: Float
        var kept: Float
        var error: Float
        var trained: UInt32
        var nodes: UInt32
        var upper: UInt32
        var entry: UInt64
        var seed: UInt64
    }

    /// Writes the graph as it is now; insertions wait meanwhile, searches do not.
    func write(model: UInt32, to writer: SnapshotWriter) throws(VectorError) {
        try changing.withLock { _ throws(VectorError) in
            let count = nodes.count
            let upper = nodes.upperCount
            let outline = Outline(
                model: model, degree: UInt32(parameters.degree),
                breadth: UInt32(parameters.constructionBreadth),
                codeCount: UInt32(projection.codeCount), prefix: UInt32(projection.prefix),
                hasAxes: projection.axes == nil ? 0 : 1, step: projection.step,
                kept: projection.kept, error: tuning.error, trained: UInt32(trainedCount),
                nodes: UInt32(count), upper: UInt32(upper),
                entry: entry.load(ordering: .acquiring), seed: parameters.seed)
            try writer.append(withUnsafeBytes(of: outline) { Array($0) })
            try writer.append(Snapshot.bytes(of: projection.tailSquares))
            if let axes = projection.axes {
                try writer.append(Snapshot.bytes(of: axes.matrix))
                try writer.append(Snapshot.bytes(of: axes.scales))
                try writer.append(Snapshot.bytes(of: axes.sums))
            }
            let sections = nodes.sections(count: count, upper: upper)
            // Removing changes records, under the directory's lock; the rest stands still.
            let records = directory.withLock { _ in Array(UnsafeRawBufferPointer(sections[0])) }
            try writer.append(records)
            for section in sections.dropFirst() {
                try writer.append(UnsafeRawBufferPointer(section))
            }
        }
    }

    /// Reads the next graph of a snapshot, with all that was in it.
    static func read(
        _ reader: SnapshotReader, file: VectorFile, parameters: GraphParameters
    ) throws(Snapshot.Refusal) -> (model: UInt32, graph: HNSWGraph) {
        let outline = try reader.values(1, of: Outline.self)[0]
        guard outline.degree == UInt32(parameters.degree),
            outline.breadth == UInt32(parameters.constructionBreadth)
        else { throw .foreign }
        let projection = try readProjection(reader, outline, dimension: file.dimension)
        let graph: HNSWGraph
        do throws(VectorError) {
            var parameters = parameters
            parameters.seed = outline.seed
            graph = try HNSWGraph(file: file, projection: projection, parameters: parameters)
            try graph.nodes.restore(count: Int(outline.nodes), upper: Int(outline.upper))
        } catch {
            throw .system(error)
        }
        let sections = graph.nodes.sections(
            count: Int(outline.nodes), upper: Int(outline.upper))
        for section in sections { try reader.section(into: section) }
        graph.tuning.error = outline.error
        graph.trainedCount = Int(outline.trained)
        graph.entry.store(outline.entry, ordering: .releasing)
        guard graph.isWellFormed() else { throw .damaged }
        graph.enterRestoredNodes()
        return (outline.model, graph)
    }

    private static func readProjection(
        _ reader: SnapshotReader, _ outline: Outline, dimension: Int
    ) throws(Snapshot.Refusal) -> Projection {
        let (codes, prefix) = (Int(outline.codeCount), Int(outline.prefix))
        guard codes % 64 == 0, prefix % 64 == 0, 64...4_096 ~= codes, 64...codes ~= prefix,
            outline.step.isFinite, outline.step > 0
        else { throw .damaged }
        let tailSquares = try reader.values(codes - prefix, of: Float.self)
        let columns = (dimension + 63) / 64 * 64
        var axes: Projection.Axes?
        if outline.hasAxes != 0 {
            axes = Projection.Axes(
                matrix: try reader.values(codes * columns, of: Int8.self),
                scales: try reader.values(codes, of: Float.self),
                sums: try reader.values(codes, of: Int32.self))
        } else {
            guard codes == columns, prefix == codes else { throw .damaged }
        }
        return Projection(
            dimension: dimension, codeCount: codes, prefix: prefix, step: outline.step, axes: axes,
            tailSquares: tailSquares, kept: outline.kept)
    }

    /// Whether every number in restored memory stays within it: a checksum proves that the file is
    /// as it was written, not that it was written rightly.
    private func isWellFormed() -> Bool {
        let count = UInt32(nodes.count)
        let start = entry.load(ordering: .acquiring)
        if start != HNSWGraph.noEntry {
            let node = UInt32(truncatingIfNeeded: start)
            guard node < count, start >> 32 == UInt64(nodes.record(node).pointee.level) else {
                return false
            }
        }
        let upper = nodes.upperCount
        for node in 0..<count {
            let record = nodes.record(node).pointee
            guard NodeStore.State(rawValue: record.state) != nil, record.level <= 15,
                Int(record.upper) + Int(record.level) <= upper,
                record.state == NodeStore.State.free.rawValue
                    || Int(record.slot) < file.capacity
            else { return false }
        }
        guard hasChainsThatEnd() else { return false }
        for node in 0..<count where nodes.state(of: node) != .free {
            for level in 0...Int(nodes.record(node).pointee.level) {
                for link in nodes.list(of: node, level: level) {
                    guard link < count, nodes.record(link).pointee.level >= level else {
                        return false
                    }
                }
            }
        }
        return true
    }

    /// Whether each chain of nodes with the same vector leads from its head to an end: only twins come
    /// after another node, and each after one alone, so none can lead back.
    private func hasChainsThatEnd() -> Bool {
        var isFollower = [Bool](repeating: false, count: nodes.count)
        for node in 0..<UInt32(nodes.count) where nodes.state(of: node) != .free {
            let next = nodes.next(of: node)
            guard next != NodeStore.none else { continue }
            guard next < nodes.count, nodes.state(of: next) == .twin, !isFollower[Int(next)]
            else { return false }
            isFollower[Int(next)] = true
        }
        return true
    }

    /// Finds what can be found in restored memory; nobody else uses the graph yet.
    private func enterRestoredNodes() {
        var free: [UInt32] = []
        directory.withLock { directory in
            for node in 0..<UInt32(nodes.count) {
                nodes.record(node).pointee.lock = 0
                switch nodes.state(of: node) {
                case .free: free.append(node)
                case .hidden: if nodes.isDead(node) { deadCount.add(1, ordering: .relaxed) }
                case .live, .twin:
                    register(node, at: VectorSlot(nodes.record(node).pointee.slot), &directory)
                }
            }
        }
        nodes.markFree(free)
    }

    /// The slot, owner and checksum of each vector that can be found, as the graph remembers them.
    func remembered() -> [(member: NamedSlot, checksum: UInt32)] {
        file.readers.reading {
            let named = directory.withLock { $0.nodes }
            return named.indices.compactMap { slot in
                guard named[slot] != NodeStore.none else { return nil }
                let record = nodes.record(named[slot])
                let slot = VectorSlot(UInt32(slot))
                return (
                    NamedSlot(slot: slot, owner: record.pointee.owner), record.pointee.checksum
                )
            }
        }
    }
}
