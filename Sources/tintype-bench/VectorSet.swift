import Foundation

/// Rows of one vector set as `../shared/bench` describes: raw little-endian rows and their shape in
/// `FILE.json`.
struct VectorSet {
    let base: [[Float]]
    let queries: [[Float]]
    /// The rows of the base nearest to each query, nearest first.
    let truth: [[Int32]]

    enum Problem: Error { case unreadable(String) }

    init(base: String, queries: String, truth: String) throws {
        self.base = try VectorSet.rows(base)
        self.queries = try VectorSet.rows(queries)
        self.truth = try VectorSet.rows(truth)
    }

    init(base: [[Float]], queries: [[Float]], truth: [[Int32]]) {
        self.base = base
        self.queries = queries
        self.truth = truth
    }

    private struct Shape: Decodable {
        let rows: Int
        let dim: Int
    }

    private static func rows<Element>(_ path: String) throws -> [[Element]] {
        let header = try Data(contentsOf: URL(filePath: path + ".json"))
        let shape = try JSONDecoder().decode(Shape.self, from: header)
        let data = try Data(contentsOf: URL(filePath: path), options: .alwaysMapped)
        let width = shape.dim * MemoryLayout<Element>.size
        guard data.count == shape.rows * width else { throw Problem.unreadable(path) }
        return data.withUnsafeBytes { bytes in
            (0..<shape.rows).map { row in
                let slice = UnsafeRawBufferPointer(rebasing: bytes[row * width..<(row + 1) * width])
                return Array(slice.bindMemory(to: Element.self))
            }
        }
    }

    /// The share of the ten nearest rows that `answers` contain, over all queries.
    func recall(_ answers: [[UInt64]]) -> Double {
        let found = zip(answers, truth).reduce(0) { sum, pair in
            sum + Set(pair.0.prefix(10)).intersection(pair.1.prefix(10).map { UInt64($0) }).count
        }
        return Double(found) / Double(10 * queries.count)
    }
}
