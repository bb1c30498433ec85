import Synchronization

extension HNSWGraph {
    /// The unlinking of dead nodes: node after node, each list that leads to one is chosen anew.
    struct Sweep {
        /// The nodes that are being unlinked; what dies later waits for the next sweep.
        var dead: [UInt32] = []
        var isDying: [Bool] = []
        var cursor = 0
        var end = 0
        var isRunning: Bool { cursor < end }
    }

    /// Takes a node out of what can be found; the caller holds `directory`.
    ///
    /// The node stays a way to others until a sweep has led every list around it.
    func hide(_ node: UInt32) {
        guard nodes.state(of: node) == .twin else {
            nodes.setState(.hidden, of: node)
            if nodes.next(of: node) == NodeStore.none { deadCount.add(1, ordering: .relaxed) }
            return
        }
        let head = nodes.links(of: node, level: 0)[0].load(ordering: .acquiring)
        var previous = head
        while previous != NodeStore.none, nodes.next(of: previous) != node {
            previous = nodes.next(of: previous)
        }
        if previous != NodeStore.none { nodes.setNext(nodes.next(of: node), of: previous) }
        nodes.giveBack([node], file.readers)
        if nodes.isDead(head) { deadCount.add(1, ordering: .relaxed) }
    }

    /// Whether enough nodes are dead to lead the lists around them.
    package var needsSweep: Bool {
        deadCount.load(ordering: .relaxed) > max(64, count / 20)
    }

    /// Looks at the next lists; false when there is nothing more to do. Searches go on meanwhile.
    package func sweep(lists: Int) -> Bool {
        changing.withLock { sweep in
            advance(&sweep, by: lists)
            return sweep.isRunning || needsSweep
        }
    }

    func advance(_ sweep: inout Sweep, by lists: Int) {
        if !sweep.isRunning {
            guard needsSweep else { return }
            sweep.end = nodes.count
            sweep.cursor = 0
            sweep.dead = (0..<UInt32(sweep.end)).filter {
                nodes.state(of: $0) == .hidden && nodes.isDead($0)
            }
            sweep.isDying = [Bool](repeating: false, count: sweep.end)
            for node in sweep.dead { sweep.isDying[Int(node)] = true }
        }
        let stop = min(sweep.end, sweep.cursor + lists)
        contexts.with { context in
            for node in sweep.cursor..<stop where !sweep.isDying[node] {
                repair(UInt32(node), context)
            }
        }
        sweep.cursor = stop
        if !sweep.isRunning { finish(&sweep) }
    }

    /// Replaces a node's links to dead nodes by the best of what those led to.
    private func repair(_ node: UInt32, _ context: SearchContext) {
        let state = nodes.state(of: node)
        guard state == .live || state == .hidden else { return }
        for level in 0...Int(nodes.record(node).pointee.level) {
            nodes.locked(node) {
                let list = nodes.list(of: node, level: level)
                guard list.contains(where: nodes.isDead) else { return }
                var others = Set(list)
                for dead in list where nodes.isDead(dead) {
                    others.formUnion(nodes.list(of: dead, level: level))
                }
                others.remove(node)
                // In a fixed order, so that a run can be repeated.
                choose(among: others.sorted(), for: node, level: level, context)
            }
        }
    }

    private func finish(_ sweep: inout Sweep) {
        replaceEntryIfDead()
        nodes.giveBack(sweep.dead, file.readers)
        deadCount.subtract(sweep.dead.count, ordering: .relaxed)
        sweep.dead = []
        sweep.isDying = []
    }

    private func replaceEntryIfDead() {
        let current = entry.load(ordering: .acquiring)
        guard current != HNSWGraph.noEntry, nodes.isDead(UInt32(truncatingIfNeeded: current)) else {
            return
        }
        var best = HNSWGraph.noEntry
        for node in 0..<UInt32(nodes.count) {
            let state = nodes.state(of: node)
            guard state == .live || state == .hidden, !nodes.isDead(node) else { continue }
            let level = UInt64(nodes.record(node).pointee.level)
            if best == HNSWGraph.noEntry || level > best >> 32 { best = level << 32 | UInt64(node) }
        }
        entry.store(best, ordering: .releasing)
    }
}
