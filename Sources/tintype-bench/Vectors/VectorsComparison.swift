import Foundation
import Vectors

/// The graph beside the libraries on PyPI, all taking turns in one run, and what only ours is asked.
struct VectorsComparison {
    /// Where the sets lie and the charts are written.
    let folder: String
    let scratch: String
    let only: Set<String>?
    let rounds: Int

    /// What was measured of one contender.
    private struct Measured {
        let contender: any Contender
        let seconds: Double
        let bytesPerVector: Double
        var curve: [CurvePoint] = []
    }

    func run() async throws -> String {
        var files = VectorSetFiles.all(in: folder)
        if files.isEmpty {
            note(
                "There are no vector sets in \(folder): a drawn one stands in for them. Real ones "
                    + "are made by `make bench EMBEDDINGS=FOLDER`, or put there as NAME.base.f32, "
                    + "NAME.query.f32 and NAME.truth.i32, each with its NAME.….json.")
            try SyntheticSet.make().write(to: folder)
            files = VectorSetFiles.all(in: folder)
        }
        if !PythonPeer.isInstalled { note("Without \(PythonPeer.interpreter) there are no peers.") }
        var figures: [Figure] = []
        var charts: [String] = []
        var largest: VectorSet?
        for files in files {
            let set = try VectorSet(
                base: files.base, queries: files.queries, truth: files.truth)
            if wants(set.name) {
                let (rows, chart) = try await compare(set, files)
                figures += rows
                charts.append(chart)
            }
            if largest == nil { largest = set }
        }
        if let set = largest {
            let bench = GraphBench(set: set, scratch: scratch)
            if wants("latency") { figures += try await bench.latency() }
            if wants("crossover") { figures += try await bench.crossover() }
            if wants("million") { figures += try await bench.million() }
        }
        return """
            Vector search on \(Machine.processor), \
            \(ProcessInfo.processInfo.activeProcessorCount) cores, kernels \(kernelPath).
            M = 16, ef_construction = 200. Everyone takes turns in one run: medians of \(rounds) \
            rounds of 0.3 s. Peers get 1,000 queries in one call, ours one at a time.
            Curves: \(charts.joined(separator: ", "))

            \(Figure.table(figures))
            """
    }

    private func wants(_ work: String) -> Bool { only?.contains(work) ?? true }

    // MARK: One set

    private func compare(_ set: VectorSet, _ files: VectorSetFiles)
        async throws -> ([Figure], String)
    {
        let own = OwnIndex(set, folder: scratch)
        var all: [Measured] = []
        let peers = PythonPeer.isInstalled ? PeerIndex.all(files) : []
        defer { for peer in peers { peer.stop() } }
        for contender in [own] as [any Contender] + peers {
            note("\(set.name): \(contender.name) builds …")
            do {
                let (seconds, bytes) = try await contender.build()
                note("\(seconds.text(1)) s, \(bytes.text(0)) bytes a vector")
                all.append(
                    Measured(contender: contender, seconds: seconds, bytesPerVector: bytes))
            } catch let failure as BenchFailure where contender is PeerIndex {
                note("\(failure); left out")
            }
        }
        note("\(set.name): measuring …")
        for place in all.indices { all[place].curve = try recalls(all[place].contender) }
        try measure(&all)
        let chart = "\(folder)/\(set.name).svg"
        try draw(all, set).write(toFile: chart, atomically: true, encoding: .utf8)
        return (try await rows(all, own), chart)
    }

    /// The settings that are worth their time: up to the first that finds nearly everything.
    private func recalls(_ contender: any Contender) throws -> [CurvePoint] {
        var points: [CurvePoint] = []
        for ef in VectorsBench.breadths {
            points.append(
                CurvePoint(ef: ef, recall10: try contender.recall(ef), qps1: 0, qps2: 0))
            if points[points.count - 1].recall10 > 0.997 { break }
        }
        return points
    }

    /// Everyone in turn at each setting, round after round, and the medians of that.
    private func measure(_ all: inout [Measured]) throws {
        var samples: [[Int: (one: Samples, two: Samples)]] = all.map { _ in [:] }
        for round in 1...max(1, rounds) {
            note("round \(round) of \(rounds) …")
            for ef in VectorsBench.breadths {
                for (place, measured) in all.enumerated()
                where measured.curve.contains(where: { $0.ef == ef }) {
                    var sample = samples[place][ef] ?? (Samples(), Samples())
                    let contender = measured.contender
                    sample.one.values.append(
                        try contender.throughput(ef, threads: 1, seconds: 0.3))
                    sample.two.values.append(
                        try contender.throughput(ef, threads: 2, seconds: 0.3))
                    samples[place][ef] = sample
                }
            }
        }
        for place in all.indices {
            all[place].curve = all[place].curve.map { point in
                let sample = samples[place][point.ef]
                return CurvePoint(
                    ef: point.ef, recall10: point.recall10, qps1: sample?.one.median ?? 0,
                    qps2: sample?.two.median ?? 0)
            }
        }
    }

    private func draw(_ all: [Measured], _ set: VectorSet) -> String {
        RecallChart(
            title:
                "\(set.base.count.grouped) × \(set.dimension)-d embeddings, kernels \(kernelPath)",
            lines: all.enumerated().map { place, measured in
                RecallChart.Line(
                    name: measured.contender.name, points: measured.curve, isOurs: place == 0)
            }
        ).svg()
    }

    // MARK: The table

    private func rows(_ all: [Measured], _ own: OwnIndex) async throws -> [Figure] {
        let set = "\(own.set.dimension)-d"
        guard let ours = all.first else { return [] }
        let peers = all.dropFirst()
        var figures: [Figure] = []
        for (recall, goal) in [(0.95, 2.2), (0.99, 2.7)] {
            guard let mine = ours.curve.throughput(at: recall) else { continue }
            let reached = peers.compactMap { peer in
                peer.curve.throughput(at: recall).map { (peer.contender.name, $0) }
            }
            let one = reached.max { $0.1.one < $1.1.one }
            figures.append(
                Figure(
                    work: "\(set): queries/s at recall@\(own.set.wanted) \(recall.text(2))",
                    goal: "≥ \(goal) × the best peer", ours: Int(mine.one).grouped,
                    peer: one.map { "\(Int($0.1.one).grouped) \($0.0)" } ?? "–",
                    ratio: one.map { (mine.one / $0.1.one).text(1) + " ×" } ?? "–",
                    isReached: one.map { mine.one / $0.1.one >= goal }))
            let two = reached.max { $0.1.two < $1.1.two }
            figures.append(
                Figure(
                    work: "… with two threads", goal: "≥ 1.85 × one thread",
                    ours: "\(Int(mine.two).grouped) (\((mine.two / mine.one).text(2)) ×)",
                    peer: two.map { peer in
                        "\(Int(peer.1.two).grouped) \(peer.0) "
                            + "(\((peer.1.two / peer.1.one).text(2)) ×)"
                    } ?? "–",
                    ratio: two.map { (mine.two / $0.1.two).text(1) + " ×" } ?? "–",
                    isReached: mine.two >= 1.85 * mine.one))
        }
        figures.append(building(set, ours, peers.first { $0.contender.name == "hnswlib" }))
        figures.append(memory(set, ours, peers.first { $0.contender.name == "faiss SQ8" }))
        var starts = Samples()
        for _ in 0..<5 { starts.values.append(try await own.start()) }
        figures.append(
            Figure(
                work: "\(set): from a snapshot to the first answer", goal: "≤ 0.5 s",
                ours: starts.text("s", decimals: 2), isReached: starts.median <= 0.5))
        return figures
    }

    private func building(_ set: String, _ ours: Measured, _ peer: Measured?) -> Figure {
        let recalls = [ours, peer].map { $0?.curve.recall(atBreadth: 64)?.text(4) ?? "–" }
        return Figure(
            work: "\(set): build, two threads (recall at ef = 64)",
            goal: "≤ 0.4 × hnswlib, recall no lower",
            ours: "\(ours.seconds.text(1)) s (\(recalls[0]))",
            peer: peer.map { "\($0.seconds.text(1)) s (\(recalls[1]))" } ?? "–",
            ratio: peer.map { (ours.seconds / $0.seconds).text(2) + " ×" } ?? "–",
            isReached: peer.map { ours.seconds <= 0.4 * $0.seconds && recalls[0] >= recalls[1] })
    }

    private func memory(_ set: String, _ ours: Measured, _ peer: Measured?) -> Figure {
        Figure(
            work: "\(set): bytes a vector, without the mapped float32", goal: "≤ faiss SQ8",
            ours: ours.bytesPerVector.text(0),
            peer: peer.map { $0.bytesPerVector.text(0) } ?? "–",
            ratio: peer.map { (ours.bytesPerVector / $0.bytesPerVector).text(2) + " ×" } ?? "–",
            isReached: peer.map { ours.bytesPerVector <= $0.bytesPerVector })
    }
}

extension Int {
    /// With a comma every three digits.
    var grouped: String {
        var digits = String(magnitude)
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
            place -= 3
        }
        return (self < 0 ? "-" : "") + digits
    }
}
