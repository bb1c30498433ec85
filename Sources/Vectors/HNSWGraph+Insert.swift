import CKernels
import Synchronization

extension HNSWGraph {
    /// A possible neighbour and its product with the node in question.
    struct Candidate {
        let node: UInt32
        let product: Int32
    }

    /// Links the vector at a slot into the graph (algorithm 1). Several threads may insert at once.
    func insert(_ member: NamedSlot) throws(VectorError) {
        try contexts.with { context throws(VectorError) in
            try file.readers.reading { () throws(VectorError) in
                let node = try nodes.allocate(file.readers)
                fill(node, member, context)
                link(node, member, context)
            }
        }
    }

    /// Writes a node's record and codes; the context then holds its weights.
    private func fill(_ node: UInt32, _ member: NamedSlot, _ context: SearchContext) {
        let record = nodes.record(node)
        record.pointee.owner = member.owner
        record.pointee.slot = member.slot.rawValue
        record.pointee.checksum = file.checksum(at: member.slot)
        projection.project(file.components(at: member.slot), context.scratch)
        projection.encode(context.scratch, into: nodes.codes(of: node))
        loadWeights(of: node, into: context.weights)
    }

    private func link(_ node: UInt32, _ member: NamedSlot, _ context: SearchContext) {
        let start = entry.load(ordering: .acquiring)
        guard start != HNSWGraph.noEntry, nodes.count <= UInt32.max >> 1 else {
            return becomeEntry(node, member)
        }
        let level = Int(nodes.record(node).pointee.level)
        let top = Int(start >> 32)
        let slack = projection.weighing(context.weights, context.scratch, unit: projection.step)
            .slack(trusting: tuning.tail)
        let sum = weightSum(context.weights)
        // All lists are chosen before the first link leads here: whoever comes along an upper layer
        // must be able to go on.
        var chosen: [[UInt32]] = []
        descend(to: min(level, top) + 1, context, slack: slack)
        for layer in stride(from: min(level, top), through: 0, by: -1) {
            context.beginLayer(breadth: parameters.constructionBreadth)
            expand(context, level: layer, slack: slack, nodes.codes)
            var candidates: [Candidate] = []
            for place in 0..<context.count {
                let candidate = context.node(at: place)
                guard candidate != node, !nodes.isDead(candidate) else { continue }
                candidates.append(
                    Candidate(node: candidate, product: context.product(at: place) - 128 * sum))
            }
            if layer == 0, join(node, member, candidates) { return }
            chosen.append(
                select(
                    candidates, for: node, atMost: parameters.newLinks(level: layer), context))
        }
        publish(node, member, chosen.reversed(), context)
        if level > top { becomeEntry(node, nil) }
    }

    private func descend(to level: Int, _ context: SearchContext, slack: Int32) {
        let start = entry.load(ordering: .acquiring)
        let node = UInt32(truncatingIfNeeded: start)
        context.begin(limit: nodes.count, breadth: 1)
        context.start(node, product(of: node, context.weights))
        for layer in stride(from: Int(start >> 32), through: level, by: -1) {
            context.beginLayer(breadth: 1)
            expand(context, level: layer, slack: slack, nodes.codes)
        }
    }

    private func publish(
        _ node: UInt32, _ member: NamedSlot, _ lists: [[UInt32]], _ context: SearchContext
    ) {
        for (level, list) in lists.enumerated() { nodes.setList(list, of: node, level: level) }
        nodes.setState(.live, of: node)
        for (level, list) in lists.enumerated() {
            for neighbour in list { linkBack(neighbour, to: node, level: level, context) }
        }
        directory.withLock { register(node, at: member.slot, &$0) }
    }

    private func becomeEntry(_ node: UInt32, _ member: NamedSlot?) {
        let level = UInt64(nodes.record(node).pointee.level)
        if let member {
            nodes.setState(.live, of: node)
            directory.withLock { register(node, at: member.slot, &$0) }
        }
        directory.withLock { _ in
            let current = entry.load(ordering: .acquiring)
            if current == HNSWGraph.noEntry || current >> 32 < level {
                entry.store(level << 32 | UInt64(node), ordering: .releasing)
            }
        }
    }

    /// Hangs the node onto one with the very same vector, if there is one.
    private func join(_ node: UInt32, _ member: NamedSlot, _ candidates: [Candidate]) -> Bool {
        for candidate in candidates.prefix(4) {
            let isJoined = directory.withLock { directory in
                guard !nodes.isDead(candidate.node), let other = firstMember(of: candidate.node),
                    file.isSame(member.slot, VectorSlot(nodes.record(other).pointee.slot))
                else { return false }
                nodes.setState(.twin, of: node)
                nodes.setList([candidate.node], of: node, level: 0)
                nodes.setNext(nodes.next(of: candidate.node), of: node)
                nodes.setNext(node, of: candidate.node)
                register(node, at: member.slot, &directory)
                return true
            }
            if isJoined { return true }
        }
        return false
    }

    private func firstMember(of head: UInt32) -> UInt32? {
        if nodes.state(of: head) == .live { return head }
        let next = nodes.next(of: head)
        return next == NodeStore.none ? nil : next
    }

    // MARK: Choosing neighbours

    /// Chooses neighbours that lie in different directions (algorithm 4).
    ///
    /// `candidates` come closest first. One that is closer to a chosen neighbour than to the node
    /// can be reached through that neighbour. Near copies of the node neither count for that nor fill
    /// the list: a cloud of them would lose its way out.
    func select(
        _ candidates: [Candidate], for node: UInt32, atMost limit: Int, _ context: SearchContext
    ) -> [UInt32] {
        guard candidates.count > 1 else { return candidates.map(\.node) }
        let copy = Int32(0.998 * Double(selfProduct(of: node, context)))
        var chosen: [UInt32] = []
        var sums: [Int32] = []
        var copies = 0
        var left: [UInt32] = []
        for candidate in candidates {
            let isCopy = candidate.product >= copy
            if isCopy ? copies >= limit / 4 : isReached(candidate, sums, context) {
                left.append(candidate.node)
                continue
            }
            if isCopy {
                copies += 1
            } else {
                let weights = context.chosenWeights + sums.count * projection.codeCount
                loadWeights(of: candidate.node, into: weights)
                sums.append(weightSum(weights))
            }
            chosen.append(candidate.node)
            if chosen.count == limit { return chosen }
        }
        // A node with few links is hard to find: it takes the closest of those left as well.
        let fewest = limit / 4
        if chosen.count < fewest { chosen += left.prefix(fewest - chosen.count) }
        return chosen
    }

    private func isReached(
        _ candidate: Candidate, _ sums: [Int32], _ context: SearchContext
    ) -> Bool {
        let codes = nodes.codes(of: candidate.node)
        // The product of a whole unit vector with itself.
        let one = 1 / (projection.step * projection.step)
        let distance = one - Float(candidate.product)
        for place in sums.indices {
            let weights = context.chosenWeights + place * projection.codeCount
            let product =
                Kernels.best.dotOfCodes(codes, weights, projection.codeCount) - 128 * sums[place]
            // A tenth closer, not just closer (Subramanya et al. 2019, α): denser lists pay off.
            if (one - Float(product)) * 1.1 < distance { return true }
        }
        return false
    }

    /// Adds a link, choosing anew among all if the list is full.
    private func linkBack(
        _ neighbour: UInt32, to node: UInt32, level: Int, _ context: SearchContext
    ) {
        nodes.locked(neighbour) {
            let list = nodes.list(of: neighbour, level: level)
            guard !list.contains(node) else { return }
            if list.count < nodes.degree(level: level) {
                let links = nodes.links(of: neighbour, level: level)
                if list.count + 1 < nodes.degree(level: level) {
                    nodes.store(NodeStore.none, at: list.count + 1, of: links)
                }
                nodes.store(node, at: list.count, of: links)
            } else {
                choose(among: list + [node], for: neighbour, level: level, context)
            }
        }
    }

    /// Replaces a node's list by the best of `others` that are alive; the caller holds its lock.
    func choose(
        among others: [UInt32], for node: UInt32, level: Int, _ context: SearchContext
    ) {
        let weights = context.otherWeights
        loadWeights(of: node, into: weights)
        let sum = weightSum(weights)
        for other in others { tt_prefetch(nodes.codes(of: other), projection.codeCount / 64) }
        let candidates = others.lazy.filter { !self.nodes.isDead($0) }
            .map { Candidate(node: $0, product: self.product(of: $0, weights) - 128 * sum) }
            .sorted { ($0.product, $1.node) > ($1.product, $0.node) }
        let chosen = select(
            candidates, for: node, atMost: nodes.degree(level: level), context)
        nodes.setList(chosen, of: node, level: level)
    }

    // MARK: Weights

    /// The codes of a node as the weights of a query.
    func loadWeights(of node: UInt32, into weights: UnsafeMutablePointer<Int8>) {
        Kernels.best.centre(nodes.codes(of: node), weights, projection.codeCount)
    }

    /// Codes are stored 128 too high: a product with them is so many times 128 too high.
    func weightSum(_ weights: UnsafePointer<Int8>) -> Int32 {
        Kernels.best.dotOfCodes(Projection.ones, weights, projection.codeCount)
    }

    private func selfProduct(of node: UInt32, _ context: SearchContext) -> Int32 {
        let weights = context.otherWeights
        loadWeights(of: node, into: weights)
        return product(of: node, weights) - 128 * weightSum(weights)
    }
}
