import Synchronization

extension VectorSpace {
    /// What happens to a space in the background, for the log.
    package enum Event: Sendable, Equatable {
        /// The snapshot could not be used; the graphs are built anew.
        case snapshotIgnored(reason: String)
        case snapshotRead(vectors: Int)
        case snapshotWritten(bytes: Int)
        case building(model: UInt32, done: Int, total: Int)
        case built(model: UInt32, vectors: Int)
        case failed(VectorError)
    }

    /// What is planned or under way for the graphs.
    struct Upkeep {
        var building: Set<UInt32> = []
        var sweeping: Set<UInt32> = []
        var changesSinceSnapshot = 0
        var isSnapshotPlanned = false
    }

    /// Makes a durable vector findable.
    func enter(_ member: NamedSlot, model: UInt32) async throws(VectorError) {
        let index = indexes.withLock { indexes -> any VectorIndex in
            if let index = indexes[model] { return index }
            let index = ExactIndex(file)
            indexes[model] = index
            return index
        }
        if index is ExactIndex {
            try index.add(member)
        } else {
            // Linking into a graph takes a fraction of a millisecond of computing.
            try await changes.run { () throws(VectorError) in _ = try index.add(member) }
        }
        // The index may have been replaced meanwhile, by one that was built without this vector.
        let current = indexes.withLock { $0[model] }
        if let current, current !== index {
            try await changes.run { () throws(VectorError) in _ = try current.add(member) }
        }
        noteChange(model: model)
    }

    /// Starts what a change makes due: a first graph, a better one, a sweep, a snapshot.
    func noteChange(model: UInt32) {
        guard let index = indexes.withLock({ $0[model] }) else { return }
        if let graph = index as? HNSWGraph {
            if graph.needsSweep { startSweep(graph, model: model) }
            if graph.hasOutgrownItsCodes { startBuilding(model) }
            planSnapshot(count: graph.count)
        } else if index.count > settings.exactLimit {
            startBuilding(model)
        }
    }

    private func startSweep(_ graph: HNSWGraph, model: UInt32) {
        guard upkeep.withLock({ $0.sweeping.insert(model).inserted }) else { return }
        continueSweep(graph, model: model)
    }

    /// In slices, so that insertions get their turn in between.
    private func continueSweep(_ graph: HNSWGraph, model: UInt32) {
        changes.submit {
            if graph.sweep(lists: 512) {
                self.continueSweep(graph, model: model)
            } else {
                self.upkeep.withLock { _ = $0.sweeping.remove(model) }
            }
        }
    }

    // MARK: Building

    func startBuilding(_ model: UInt32) {
        guard upkeep.withLock({ $0.building.insert(model).inserted }) else { return }
        background.submit {
            do throws(VectorError) {
                try self.build(model, progress: { _, _ in })
                self.planSnapshot(count: 0)
            } catch {
                self.settings.onEvent(.failed(error))
            }
            self.upkeep.withLock { _ = $0.building.remove(model) }
        }
    }

    /// Builds the graph of a model anew and puts it in place of what there is. Blocks.
    func build(_ model: UInt32, progress: @escaping @Sendable (Int, Int) -> Void)
        throws(VectorError)
    {
        guard let old = indexes.withLock({ $0[model] }) else { return }
        let members = old.members()
        let onEvent = settings.onEvent
        let graph = try HNSWGraph.build(
            file: file, members: members, parameters: settings.parameters
        ) { done in
            progress(done, members.count)
            onEvent(.building(model: model, done: done, total: members.count))
        }
        // What changed meanwhile is brought over until nothing is left to bring.
        while let current = indexes.withLock({ $0[model] }), current !== graph {
            let version = current.version
            try bringOver(from: current, to: graph)
            replace(model, by: graph, unlessChangedSince: version)
        }
        onEvent(.built(model: model, vectors: graph.count))
    }

    private func bringOver(from current: any VectorIndex, to graph: HNSWGraph)
        throws(VectorError)
    {
        let wanted = Set(current.members())
        var missing = wanted
        for (member, checksum) in graph.remembered() {
            if wanted.contains(member), file.checksum(at: member.slot) == checksum {
                missing.remove(member)
            } else {
                graph.remove(member.slot)
            }
        }
        for member in missing { try graph.add(member) }
    }

    /// Puts the graph in place if the index before it is still as the graph knows it.
    private func replace(
        _ model: UInt32, by graph: HNSWGraph, unlessChangedSince version: Int
    ) {
        indexes.withLock { indexes in
            if indexes[model]?.version == version { indexes[model] = graph }
        }
    }

    // MARK: Snapshots

    private func planSnapshot(count: Int) {
        let isDue = upkeep.withLock { upkeep in
            upkeep.changesSinceSnapshot += 1
            guard !upkeep.isSnapshotPlanned,
                count == 0 || upkeep.changesSinceSnapshot > max(1_000, count / 20)
            else { return false }
            upkeep.isSnapshotPlanned = true
            return true
        }
        guard isDue else { return }
        background.submit {
            do throws(VectorError) {
                try self.writeSnapshot()
            } catch {
                self.settings.onEvent(.failed(error))
            }
        }
    }
}
