import Domain
import Store
import Telemetry
import Vectors

/// The spaces that all families share: vectors in, nearest records out.
package final class EmbeddingService: Sendable {
    private let store: DataStore
    private let clock: TimeSource
    private let spaces: [EmbeddingSpace: VectorSpace]
    private let numbers: RecordNumbers
    /// Vectors that records named and the files could not deliver when they were opened.
    package let lost: Int

    package init(
        store: DataStore, clock: TimeSource, spaces: [EmbeddingSpace: VectorSpace], lost: Int
    ) async throws {
        precondition(spaces.count == EmbeddingSpace.allCases.count, "a space is missing")
        self.store = store
        self.clock = clock
        self.spaces = spaces
        self.lost = lost
        numbers = RecordNumbers(after: try await store.read { try $0.embeddings.highestID() })
    }

    /// All vector files, for upkeep.
    package var all: [VectorSpace] { EmbeddingSpace.allCases.compactMap { spaces[$0] } }

    package func space(_ space: EmbeddingSpace) -> VectorSpace {
        guard let found = spaces[space] else { preconditionFailure("a space is missing") }
        return found
    }

    /// Gives a record a vector in place of the one it had; durable and findable when this returns.
    ///
    /// - Parameter body: runs in the transaction that names the vector; false if the record is gone, and nothing is kept.
    @discardableResult
    package func set(
        _ vector: [Float], of owner: EmbeddingOwner, in space: EmbeddingSpace, model: String,
        naming body: @escaping @Sendable (Tables) throws -> Bool
    ) async throws -> Bool {
        let number = numbers.next()
        let vectors = self.space(space)
        let slot = try await vectors.insert(
            owner: UInt64(number), vector: vector, model: PhotoVectors.tag(of: model))
        let embedding = StoredEmbedding(
            id: number, space: space, owner: owner, model: model, slot: Int64(slot.rawValue),
            createdAt: clock.now())
        do {
            let replaced = try await store.write { tables -> [StoredEmbedding]? in
                guard try body(tables) else { return nil }
                return try tables.embeddings.replace(with: embedding).map { [$0] } ?? []
            }
            guard let replaced else {
                vectors.remove(slot)
                return false
            }
            forget(replaced)
            return true
        } catch {
            vectors.remove(slot)
            throw error
        }
    }

    /// Makes vectors unfindable that no record names any more.
    package func forget(_ embeddings: [StoredEmbedding]) {
        for embedding in embeddings {
            space(embedding.space).remove(VectorSlot(UInt32(truncatingIfNeeded: embedding.slot)))
        }
    }

    package func vector(of embedding: StoredEmbedding) -> [Float]? {
        space(embedding.space).vector(
            of: NamedSlot(
                slot: VectorSlot(UInt32(truncatingIfNeeded: embedding.slot)),
                owner: UInt64(embedding.id)))
    }

    /// A record that a search found.
    package struct Hit<Record: Sendable>: Sendable {
        package var record: Record
        /// 1 − cosine.
        package var distance: Double
    }

    /// The records closest to `query`, closest first: at least `count` if there are so many, and all at the last distance.
    ///
    /// - Parameters:
    ///   - among: numbers of embeddings that may be found; nil for all.
    ///   - resolve: the records behind an owner that the caller may see.
    @concurrent package func nearest<Record: Sendable>(
        to query: [Float], in space: EmbeddingSpace, model: String, count: Int,
        among: [Int64]? = nil,
        resolve: @escaping @Sendable (Tables, EmbeddingOwner) throws -> [Record]
    ) async throws -> [Hit<Record>] {
        if let among, among.isEmpty { return [] }
        let filter = among.map { OwnerFilter($0.map { UInt64($0) }) }
        var width = max(64, count * 2)
        while true {
            let matches = try self.space(space).nearest(
                to: query, count: width, model: PhotoVectors.tag(of: model), allowing: filter)
            let hits = try await store.read { tables in
                try Self.walk(matches, model: model, count: count, tables, resolve)
            }
            if hits.count >= count || matches.count < width { return hits }
            width *= 4
        }
    }

    private static func walk<Record: Sendable>(
        _ matches: [VectorMatch], model: String, count: Int, _ tables: Tables,
        _ resolve: (Tables, EmbeddingOwner) throws -> [Record]
    ) throws -> [Hit<Record>] {
        var hits: [Hit<Record>] = []
        for match in matches {
            if hits.count >= count, match.distance != hits.last?.distance { break }
            guard let named = try tables.embeddings.find(id: Int64(match.owner)),
                named.model == model
            else { continue }
            hits += try resolve(tables, named.owner).map {
                Hit(record: $0, distance: match.distance)
            }
        }
        return hits
    }
}
