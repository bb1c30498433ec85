import Dispatch
import Synchronization

extension HNSWGraph {
    /// Makes a graph of vectors that the file holds; `progress` hears how many are in, now and then.
    ///
    /// Members whose records are not sound are left out. Blocks, and uses `parameters.threads`.
    package static func build(
        file: VectorFile, members: [NamedSlot], parameters: GraphParameters = .init(),
        progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws(VectorError) -> HNSWGraph {
        let sound = members.filter {
            if case .sound = file.condition(of: $0) { true } else { false }
        }
        let sample = stride(from: 0, to: sound.count, by: max(1, sound.count / 8_192))
            .map { file.components(at: sound[$0].slot) }
        let graph = try HNSWGraph(
            file: file, projection: Projection.train(sample, dimension: file.dimension),
            parameters: parameters)
        try graph.insertAll(sound, progress: progress)
        graph.trainedCount = sound.count
        graph.measureCodeError()
        return graph
    }

    /// Inserts sound members with several threads.
    func insertAll(
        _ members: [NamedSlot], progress: @escaping @Sendable (Int) -> Void
    ) throws(VectorError) {
        let failure = Lock<VectorError?>(nil)
        let next = Atomic<Int>(0)
        changing.withLock { _ in
            DispatchQueue.concurrentPerform(iterations: max(1, parameters.threads)) { _ in
                while true {
                    let place = next.add(1, ordering: .relaxed).oldValue
                    guard place < members.count, failure.withLock({ $0 == nil }) else { return }
                    do throws(VectorError) {
                        try insert(members[place])
                    } catch {
                        failure.withLock { $0 = error }
                    }
                    if place % 1_000 == 999 { progress(place + 1) }
                }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        progress(members.count)
    }

    /// Measures how far the codes' distances are off, which tells searches how far to look back.
    func measureCodeError() {
        let all = members()
        var squares = 0.0
        var count = 0.0
        for member in stride(from: 0, to: all.count, by: max(1, all.count / 64)).map({ all[$0] }) {
            let errors = codeErrors(around: member)
            guard errors.count > 8 else { continue }
            let mean = errors.reduce(0, +) / Double(errors.count)
            squares += errors.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            count += Double(errors.count - 1)
        }
        if count > 0 { tuning.error = Float((squares / count).squareRoot()) }
    }

    private func codeErrors(around member: NamedSlot) -> [Double] {
        let query = file.components(at: member.slot)
        return contexts.with { context in
            file.readers.reading {
                projection.project(query, context.scratch)
                let weighing = projection.weigh(context.scratch, into: context.weights)
                walk(context, breadth: 48, slack: weighing.slack(trusting: tuning.tail))
                return (0..<context.count).compactMap { place in
                    let node = context.node(at: place)
                    guard nodes.state(of: node) == .live else { return nil }
                    let slot = VectorSlot(nodes.record(node).pointee.slot)
                    guard slot != member.slot else { return nil }
                    let guess = 1 - Double(context.product(at: place)) * Double(weighing.unit)
                    return file.distance(query, to: slot) - guess
                }
            }
        }
    }
}
