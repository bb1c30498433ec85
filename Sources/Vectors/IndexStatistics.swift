import Synchronization

/// What a graph holds and what it costs.
package struct GraphStatistics: Sendable, Equatable {
    /// Vectors that can be found.
    package let count: Int
    /// Nodes that wait to be unlinked.
    package let dead: Int
    /// Bytes of memory, without the mapped file.
    package let bytes: Int
    /// Codes of a vector, one byte each, and how many of them decide most comparisons.
    package let codes: Int
    package let prefix: Int
    /// The share of a vector's squared length that its codes keep.
    package let kept: Float
    /// One standard deviation of the codes' error, as a distance.
    package let codeError: Float
    package let levels: Int
}

/// What a space holds and what it costs.
package struct SpaceStatistics: Sendable, Equatable {
    package let name: String
    package let dimension: Int
    /// Vectors that can be found, over all models.
    package let count: Int
    /// Slots in the file, and how many of them are waiting to be written again.
    package let slots: Int
    package let unusedSlots: Int
    package let fileBytes: Int
    /// The instruction set that searches use.
    package let kernels: String
    /// The graph of each model; none where search is exact.
    package let graphs: [UInt32: GraphStatistics]
    /// When the snapshot was written, in seconds since 1970; nil if there is none.
    package let snapshotTime: Int?
}

/// How well a graph's answers agree with exact search.
package struct IndexCheck: Sendable, Equatable {
    package let model: UInt32
    package let samples: Int
    /// The share of the true ten nearest that the graph returned.
    package let recall: Double
    /// What is wrong with the graph's structure; empty if all is well.
    package let violations: [String]
}

extension HNSWGraph {
    package var statistics: GraphStatistics {
        let top = entry.load(ordering: .acquiring)
        return GraphStatistics(
            count: count, dead: deadCount.load(ordering: .relaxed),
            bytes: nodes.bytes + directory.withLock { $0.nodes.capacity * 4 },
            codes: projection.codeCount, prefix: projection.prefix, kept: projection.kept,
            codeError: tuning.error, levels: top == HNSWGraph.noEntry ? 0 : Int(top >> 32) + 1)
    }
}

extension VectorSpace {
    package var statistics: SpaceStatistics {
        let graphs = indexes.withLock { $0.compactMapValues { $0 as? HNSWGraph } }
        return SpaceStatistics(
            name: name, dimension: dimension, count: count, slots: file.slotCount,
            unusedSlots: slots.unusedCount,
            fileBytes: VectorFileHeader.space + file.slotCount * file.header.recordSize,
            kernels: kernelPath, graphs: graphs.mapValues(\.statistics), snapshotTime: snapshotTime)
    }

    /// Asks each graph for the neighbours of a sample of its vectors and compares with exact search.
    package func check(samples: Int, progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in })
        async -> [IndexCheck]
    {
        await background.run {
            let graphs = self.indexes.withLock { $0.compactMapValues { $0 as? HNSWGraph } }
            return graphs.sorted { $0.key < $1.key }.map { model, graph in
                graph.check(model: model, samples: samples, progress: progress)
            }
        }
    }

    /// Builds every graph anew from the exact vectors; searches use the old ones meanwhile.
    ///
    /// A model with no more than `limit` vectors, by default `exactLimit`, gets none.
    package func rebuild(
        above limit: Int? = nil, progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws(VectorError) {
        try await background.run { () throws(VectorError) in
            let large = self.indexes.withLock { indexes in
                indexes.filter { $0.value.count > limit ?? self.settings.exactLimit }.keys.sorted()
            }
            for model in large { try self.build(model, progress: progress) }
            try self.writeSnapshot()
        }
    }

    /// The graph of a model, if it has one.
    package func graph(of model: UInt32) -> HNSWGraph? {
        indexes.withLock { $0[model] as? HNSWGraph }
    }

    /// Reads every record that can be found again, hides those that are damaged by now and returns
    /// them, to be embedded again or dropped.
    package func scrub() async -> [Lost] {
        await background.run {
            self.indexes.withLock { Array($0.values) }.flatMap { index in
                self.file.readers.reading { self.scrub(index) }
            }
        }
    }
}

extension VectorSpace {
    /// The caller has entered `readers`, so no slot of a member is written anew meanwhile.
    private func scrub(_ index: any VectorIndex) -> [Lost] {
        var lost: [Lost] = []
        let members = index.members()
        for (member, condition) in zip(members, file.conditions(of: members)) {
            if case .sound = condition { continue }
            guard index.remove(member.slot) else { continue }
            lost.append(Lost(member: member, condition: condition))
        }
        return lost
    }
}

extension HNSWGraph {
    /// A removal in the middle of looking can seem a violation: what is really wrong stays wrong.
    private func settledViolations() -> [String] {
        for _ in 0..<3 {
            let found = changing.withLock { _ in violations() }
            if found.isEmpty { return [] }
        }
        return changing.withLock { _ in violations() }
    }

    fileprivate func check(
        model: UInt32, samples: Int, progress: (Int, Int) -> Void
    ) -> IndexCheck {
        let all = members()
        let chosen = stride(from: 0, to: all.count, by: max(1, all.count / max(1, samples)))
            .prefix(samples).map { all[$0] }
        let request = SearchRequest(count: 10)
        var (found, wanted) = (0, 0)
        for (done, member) in chosen.enumerated() {
            guard let vector = file.readers.reading({ file.vector(of: member) }),
                let query = try? UnitVector(vector, dimension: file.dimension)
            else { continue }
            let exact = file.readers.reading { file.nearest(to: query, among: all, request) }
            let answer = Set(search(query, request))
            wanted += exact.count
            found += exact.count { answer.contains($0) }
            progress(done + 1, chosen.count)
        }
        return IndexCheck(
            model: model, samples: chosen.count,
            recall: wanted == 0 ? 1 : Double(found) / Double(wanted),
            violations: settledViolations())
    }
}
