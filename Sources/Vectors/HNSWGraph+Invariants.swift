import Synchronization

extension HNSWGraph {
    /// What is wrong with the graph: empty if all is well. Nothing may change it meanwhile.
    package func violations() -> [String] {
        var found: [String] = []
        var living = 0
        for node in 0..<UInt32(nodes.count) {
            switch nodes.state(of: node) {
            case .free: continue
            case .twin:
                living += 1
                if !leads(to: node) { found.append("twin \(node) hangs on nothing") }
                continue
            case .live: living += 1
            case .hidden: break
            }
            for level in 0...Int(nodes.record(node).pointee.level) {
                found += listViolations(node, level)
            }
        }
        if living != count { found.append("\(living) nodes to be found, \(count) counted") }
        found += directoryViolations()
        found += entryViolations()
        return found
    }

    /// The share of nodes that a walk along all links of the bottom layer reaches.
    package func reachableShare() -> Double {
        let start = entry.load(ordering: .acquiring)
        guard start != HNSWGraph.noEntry else { return 1 }
        var isSeen = [Bool](repeating: false, count: nodes.count)
        var waiting = [UInt32(truncatingIfNeeded: start)]
        isSeen[Int(waiting[0])] = true
        // Whoever has an upper layer is also reached along it.
        for node in 0..<UInt32(nodes.count)
        where nodes.record(node).pointee.level > 0 && nodes.state(of: node) != .free {
            if nodes.state(of: node) != .twin, !isSeen[Int(node)] {
                isSeen[Int(node)] = true
                waiting.append(node)
            }
        }
        while let node = waiting.popLast() {
            for link in nodes.list(of: node, level: 0) where !isSeen[Int(link)] {
                isSeen[Int(link)] = true
                waiting.append(link)
            }
        }
        let inGraph = (0..<UInt32(nodes.count)).filter { nodes.state(of: $0) == .live }
        guard !inGraph.isEmpty else { return 1 }
        return Double(inGraph.count { isSeen[Int($0)] }) / Double(inGraph.count)
    }

    private func listViolations(_ node: UInt32, _ level: Int) -> [String] {
        let list = nodes.list(of: node, level: level)
        var found: [String] = []
        if Set(list).count != list.count { found.append("\(node) links twice on \(level)") }
        for link in list {
            if link == node { found.append("\(node) links to itself on \(level)") }
            if link >= nodes.count {
                found.append("\(node) links beyond the end")
                continue
            }
            if nodes.state(of: link) == .free || nodes.state(of: link) == .twin {
                found.append("\(node) links to the unused \(link)")
            }
            if nodes.record(link).pointee.level < level {
                found.append("\(node) links to \(link) above its top")
            }
        }
        return found
    }

    private func leads(to twin: UInt32) -> Bool {
        var node = nodes.links(of: twin, level: 0)[0].load(ordering: .acquiring)
        while node != NodeStore.none, node != twin { node = nodes.next(of: node) }
        return node == twin
    }

    private func directoryViolations() -> [String] {
        let entries = directory.withLock { $0.nodes }
        return entries.indices.compactMap { slot in
            let node = entries[slot]
            guard node != NodeStore.none else { return nil }
            let state = nodes.state(of: node)
            guard state == .live || state == .twin,
                Int(nodes.record(node).pointee.slot) == slot
            else { return "slot \(slot) leads to \(node), which is not its node" }
            return nil
        }
    }

    private func entryViolations() -> [String] {
        let start = entry.load(ordering: .acquiring)
        guard start != HNSWGraph.noEntry else {
            return count == 0 ? [] : ["no entry to \(count) nodes"]
        }
        let node = UInt32(truncatingIfNeeded: start)
        let state = nodes.state(of: node)
        return state == .live || state == .hidden ? [] : ["the entry \(node) is unused"]
    }
}
