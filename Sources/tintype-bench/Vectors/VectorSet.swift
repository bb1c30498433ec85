import Foundation
import Vectors

/// A set of vectors to measure with: raw little-endian rows, and their shape in `FILE.json`.
struct VectorSet {
    let name: String
    let base: [[Float]]
    let queries: [[Float]]
    /// The rows of the base nearest to each query, nearest first.
    let truth: [[Int32]]
    /// How far the last wanted one is from each query.
    private let bounds: [Double]
    /// How many neighbours are asked for: ten, or as many as the truth holds.
    let wanted: Int

    var dimension: Int { base[0].count }

    init(base: String, queries: String, truth: String) throws {
        let file = String(base.split(separator: "/").last ?? "")
        try self.init(
            name: String(file.split(separator: ".").first ?? ""), base: Self.rows(base),
            queries: Self.rows(queries), truth: Self.rows(truth))
    }

    init(name: String, base: [[Float]], queries: [[Float]], truth: [[Int32]]) throws {
        self.name = name
        self.base = base
        self.queries = queries
        self.truth = truth
        wanted = min(10, truth.first?.count ?? 0)
        guard wanted > 0, !base.isEmpty, queries.count == truth.count else {
            throw BenchFailure("\(name): each query needs at least one row of truth")
        }
        guard (base + queries).allSatisfy({ $0.count == base[0].count }) else {
            throw BenchFailure("\(name): base and queries are of different dimensions")
        }
        guard truth.allSatisfy({ $0.allSatisfy { base.indices.contains(Int($0)) } }) else {
            throw BenchFailure("\(name): the truth names rows that the base has not")
        }
        let last = wanted - 1
        bounds = zip(queries, truth).map { VectorSet.distance($0, base[Int($1[last])]) }
    }

    /// The share of answers that are as near as the last wanted one of the truth: where the base
    /// holds copies, one is as right as the other.
    func recall(_ answers: [[VectorMatch]]) -> Double {
        let right = zip(answers, bounds).reduce(0) { sum, pair in
            sum + pair.0.prefix(wanted).count { $0.distance <= pair.1 + 1e-6 }
        }
        return Double(right) / Double(wanted * queries.count)
    }

    private static func distance(_ a: [Float], _ b: [Float]) -> Double {
        var (dot, first, second) = (0.0, 0.0, 0.0)
        for (x, y) in zip(a, b) {
            dot += Double(x) * Double(y)
            first += Double(x) * Double(x)
            second += Double(y) * Double(y)
        }
        return 1 - dot / max((first * second).squareRoot(), .leastNonzeroMagnitude)
    }

    // MARK: Files

    private struct Shape: Codable {
        let rows: Int
        let dim: Int
    }

    private static func rows<Element>(_ path: String) throws -> [[Element]] {
        let shape: Shape
        let data: Data
        do {
            let header = try Data(contentsOf: URL(filePath: path + ".json"))
            shape = try JSONDecoder().decode(Shape.self, from: header)
            data = try Data(contentsOf: URL(filePath: path), options: .alwaysMapped)
        } catch {
            throw BenchFailure("\(path) and its .json cannot be read: \(error)")
        }
        let width = shape.dim * MemoryLayout<Element>.size
        guard shape.rows > 0, shape.dim > 0, data.count == shape.rows * width else {
            throw BenchFailure(
                "\(path) holds \(data.count) bytes, not \(shape.rows) rows of \(shape.dim)")
        }
        return data.withUnsafeBytes { bytes in
            (0..<shape.rows).map { row in
                let slice = UnsafeRawBufferPointer(rebasing: bytes[row * width..<(row + 1) * width])
                return Array(slice.bindMemory(to: Element.self))
            }
        }
    }

    /// Writes the three files that `init(base:queries:truth:)` reads.
    func write(to folder: String) throws {
        try write(base, to: "\(folder)/\(name).base.f32")
        try write(queries, to: "\(folder)/\(name).query.f32")
        try write(truth, to: "\(folder)/\(name).truth.i32")
    }

    private func write<Element>(_ rows: [[Element]], to path: String) throws {
        var data = Data()
        for row in rows { row.withUnsafeBytes { data.append(contentsOf: $0) } }
        try data.write(to: URL(filePath: path))
        let shape = Shape(rows: rows.count, dim: rows[0].count)
        try JSONEncoder().encode(shape).write(to: URL(filePath: path + ".json"))
    }
}

/// The set files of a folder.
struct VectorSetFiles {
    let base: String
    let queries: String
    let truth: String

    init(_ prefix: String) {
        base = prefix + ".base.f32"
        queries = prefix + ".query.f32"
        truth = prefix + ".truth.i32"
    }

    static func all(in folder: String) -> [VectorSetFiles] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
            .filter { $0.hasSuffix(".base.f32") }
            .map { folder + "/" + $0.dropLast(".base.f32".count) }
            // The smaller dimension comes first: `minilm384` before `concat1536`.
            .sorted { ($0.count, $1) < ($1.count, $0) }
            .map(VectorSetFiles.init)
    }
}
