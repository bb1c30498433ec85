import Domain
import SQLite

/// Which vector belongs to what.
package struct EmbeddingTable {
    let db: Connection

    private static let columns = "id, space, owner, owner_id, model, slot, created_at"

    /// Names a vector, and returns the one that its owner had before.
    package func replace(with embedding: StoredEmbedding) throws -> StoredEmbedding? {
        let before = try remove(embedding.owner, space: embedding.space)
        try db.execute(
            """
            INSERT INTO embeddings (id, space, owner, owner_id, model, slot, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            embedding.id, embedding.space.rawValue, embedding.owner.kind.rawValue,
            embedding.owner.id, embedding.model, embedding.slot, embedding.createdAt.milliseconds)
        return before
    }

    package func find(
        _ owner: EmbeddingOwner, space: EmbeddingSpace
    ) throws -> StoredEmbedding? {
        try db.first(
            """
            SELECT \(Self.columns) FROM embeddings
            WHERE owner = ? AND owner_id = ? AND space = ?
            """, owner.kind.rawValue, owner.id, space.rawValue, row: Self.embedding)
    }

    package func find(id: Int64) throws -> StoredEmbedding? {
        try db.first(
            "SELECT \(Self.columns) FROM embeddings WHERE id = ?", id, row: Self.embedding)
    }

    /// Forgets one embedding of an owner and returns it.
    @discardableResult
    package func remove(
        _ owner: EmbeddingOwner, space: EmbeddingSpace
    ) throws -> StoredEmbedding? {
        let before = try find(owner, space: space)
        if let before { try db.execute("DELETE FROM embeddings WHERE id = ?", before.id) }
        return before
    }

    /// Forgets an embedding whose vector was lost.
    package func remove(id: Int64) throws {
        try db.execute("DELETE FROM embeddings WHERE id = ?", id)
    }

    /// Forgets all embeddings of an owner and returns them.
    package func removeAll(of owner: EmbeddingOwner) throws -> [StoredEmbedding] {
        try EmbeddingSpace.allCases.compactMap { try remove(owner, space: $0) }
    }

    /// Every vector that is named in a space.
    package func slots(in space: EmbeddingSpace) throws -> [(slot: Int64, owner: Int64)] {
        try db.all("SELECT slot, id FROM embeddings WHERE space = ?", space.rawValue) {
            (slot: try $0[0], owner: try $0[1])
        }
    }

    /// The owners whose embedding is of another model.
    package func owners(
        _ kind: EmbeddingOwner.Kind, in space: EmbeddingSpace, otherThan model: String
    ) throws -> [Int64] {
        // Two ranges of the index, one on each side of the model.
        try ["<", ">"].flatMap { side in
            try db.all(
                """
                SELECT owner_id FROM embeddings WHERE space = ? AND owner = ? AND model \(side) ?
                """, space.rawValue, kind.rawValue, model
            ) { try $0[0] as Int64 }
        }
    }

    package func count(in space: EmbeddingSpace) throws -> Int {
        try db.first("SELECT count(*) FROM embeddings WHERE space = ?", space.rawValue) {
            try $0[0]
        } ?? 0
    }

    /// The highest number that an embedding has.
    package func highestID() throws -> Int64 {
        try db.first("SELECT coalesce(max(id), 0) FROM embeddings") { try $0[0] } ?? 0
    }

    private static func embedding(_ row: borrowing Row) throws -> StoredEmbedding {
        guard let space = EmbeddingSpace(rawValue: try row[1]),
            let kind = EmbeddingOwner.Kind(rawValue: try row[2])
        else { throw Failure(.internal, "An embedding is of an unknown space or owner.") }
        return try StoredEmbedding(
            id: row[0], space: space, owner: EmbeddingOwner(kind, row[3]), model: row[4],
            slot: row[5], createdAt: Time(milliseconds: row[6]))
    }
}
