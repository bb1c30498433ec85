import CKernels
import Synchronization

extension HNSWGraph {
    package func search(_ query: UnitVector, _ request: SearchRequest) -> [VectorMatch] {
        guard request.count > 0, count > 0 else { return [] }
        return file.readers.reading {
            guard let breadth = breadth(for: request) else {
                return file.nearest(to: query, among: members(), request)
            }
            let found = contexts.with { context in
                query.components.withUnsafeBufferPointer { components in
                    search(components.baseAddress!, request, breadth: breadth, context)
                }
            }
            return found ?? file.nearest(to: query, among: members(), request)
        }
    }

    /// How many candidates to keep so that enough of them are allowed; nil if comparing with every
    /// allowed vector costs less than walking so far.
    private func breadth(for request: SearchRequest) -> Int? {
        let wanted = request.breadth ?? max(112, request.count * 2)
        guard let filter = request.allowing else {
            return wanted * 8 > count ? nil : wanted
        }
        let share = min(1, Double(filter.count) / Double(count))
        let needed = Double(wanted) / max(share, 1e-9) * 1.2
        // A kept candidate costs about ten scored nodes, each a third of an exact comparison; the
        // exact search also asks every owner.
        let exactCost = Double(count) * 0.02 + Double(min(filter.count, count))
        return needed * 4 > exactCost ? nil : Int(needed)
    }

    /// Nil if so much of the graph would have to be walked that exact search costs less.
    private func search(
        _ query: UnsafePointer<Float>, _ request: SearchRequest, breadth: Int,
        _ context: SearchContext
    ) -> [VectorMatch]? {
        projection.project(query, context.scratch)
        let weighing = projection.weigh(context.scratch, into: context.weights)
        var breadth = breadth
        while true {
            walk(context, breadth: breadth, slack: weighing.slack(trusting: tuning.tail))
            let matches = rank(query, context, weighing, request)
            // Fewer than wanted, all of them near: there may be more behind the kept candidates.
            let isCutShort =
                matches.count < request.count && context.count == breadth
                && breadth < nodes.count
                && isNear(context.product(at: context.count - 1), query, context, weighing, request)
            guard isCutShort else { return matches }
            breadth *= 2
            if breadth * 4 > count { return nil }
        }
    }

    private func isNear(
        _ product: Int32, _ query: UnsafePointer<Float>, _ context: SearchContext,
        _ weighing: Weighing, _ request: SearchRequest
    ) -> Bool {
        guard request.within <= 2 else { return true }
        let farthest = context.node(at: context.count - 1)
        let slot = VectorSlot(nodes.record(farthest).pointee.slot)
        return file.distance(query, to: slot) < request.within
    }

    /// Descends to the bottom layer and fills the context with the `breadth` best candidates there.
    func walk(_ context: SearchContext, breadth: Int, slack: Int32) {
        let start = entry.load(ordering: .acquiring)
        context.begin(limit: nodes.count, breadth: 1)
        guard start != HNSWGraph.noEntry else { return }
        let node = UInt32(truncatingIfNeeded: start)
        // Whoever changes the entry publishes it after the node, so the node is below the limit.
        guard node < context.limit else { return }
        let codes = nodes.codes
        context.start(node, product(of: node, context.weights))
        for level in stride(from: Int(start >> 32), to: 0, by: -1) {
            context.beginLayer(breadth: 1)
            expand(context, level: level, slack: slack, codes)
        }
        context.beginLayer(breadth: breadth)
        expand(context, level: 0, slack: slack, codes)
    }

    /// Expands the best candidate that is not yet, until all that are kept are (algorithm 2).
    func expand(_ context: SearchContext, level: Int, slack: Int32, _ codes: tt_codes) {
        let kernels = Kernels.best
        let degree = nodes.degree(level: level)
        let limit = UInt32(context.limit)
        var codes = codes
        var cursor = 0
        let width = tuning.width
        while true {
            var unvisited = 0
            var wanted = width
            while wanted > 0, cursor < context.count {
                if !context.isExpanded(cursor) {
                    let links = UnsafeRawPointer(
                        nodes.links(of: context.node(at: cursor), level: level)
                    ).assumingMemoryBound(to: UInt32.self)
                    context.markExpanded(cursor)
                    unvisited += tt_gather(
                        links, degree, limit, context.visited, context.stamp,
                        context.unvisited + unvisited)
                    wanted -= 1
                }
                cursor += 1
            }
            guard wanted < width else { return }
            let bound = context.bound
            let kept = kernels.score(
                &codes, context.weights, context.unvisited, unvisited,
                bound == .min ? .min : bound - slack, context.kept, context.products)
            let nearest = tt_offer(
                context.keys, &context.count, context.breadth, context.kept, context.products, kept,
                nodes.blocks, nodes.layout.stride)
            cursor = min(cursor, nearest)
        }
    }

    func product(of node: UInt32, _ weights: UnsafePointer<Int8>) -> Int32 {
        Kernels.best.dotOfCodes(nodes.codes(of: node), weights, projection.codeCount)
    }

    /// Ranks the kept candidates by their exact vectors.
    ///
    /// They are taken in the order of their codes. Once enough are ranked, and what the codes say of
    /// the next ones leaves no chance even if they err by `tuning.rank` deviations, the rest is left.
    private func rank(
        _ query: UnsafePointer<Float>, _ context: SearchContext, _ weighing: Weighing,
        _ request: SearchRequest
    ) -> [VectorMatch] {
        var best = ClosestMatches(count: request.count, within: request.within)
        let margin = Double(tuning.error * tuning.rank)
        var offset = 0.0
        var ranked = 0.0
        let sure = min(context.count, request.count + 2, 32)
        for place in 0..<sure { tt_prefetch(nodes.record(context.node(at: place)), 1) }
        for place in 0..<sure { prefetchVector(of: context.node(at: place), lines: 16) }
        let lines = (projection.dimension + 15) / 16
        for place in 0..<context.count {
            let node = context.node(at: place)
            if place + 1 < context.count {
                prefetchVector(of: context.node(at: place + 1), lines: lines)
            }
            let guess = 1 - Double(context.product(at: place)) * Double(weighing.unit)
            if Int(ranked) >= request.count, guess + offset / ranked - margin > best.bound { break }
            var member = node
            var isFirst = true
            while member != NodeStore.none {
                let record = nodes.record(member)
                let owner = record.pointee.owner
                let state = nodes.state(of: member)
                if state == .live || state == .twin, request.allows(owner) {
                    let slot = VectorSlot(record.pointee.slot)
                    let distance = file.distance(query, to: slot)
                    if isFirst {
                        offset += distance - guess
                        ranked += 1
                        isFirst = false
                    }
                    best.offer(VectorMatch(slot: slot, owner: owner, distance: distance))
                }
                member = nodes.next(of: member)
            }
        }
        return best.sorted()
    }

    private func prefetchVector(of node: UInt32, lines: Int) {
        let components = file.components(at: VectorSlot(nodes.record(node).pointee.slot))
        tt_prefetch(components, lines)
    }
}
