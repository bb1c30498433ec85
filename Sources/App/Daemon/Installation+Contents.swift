import Domain
import Services
import Store
import Telemetry
import Vectors

extension Installation {
    /// Vectors that can be found, in all spaces.
    package var vectorCount: Int { spaces.reduce(0) { $0 + $1.count } }

    /// Opens the spaces that all families share; what the files lost is forgotten in the database too.
    static func openEmbeddings(
        _ folder: String, exactLimit: Int, _ store: DataStore, _ clock: TimeSource, _ log: Logger
    ) async throws -> EmbeddingService {
        var spaces: [EmbeddingSpace: VectorSpace] = [:]
        var lost = 0
        for space in EmbeddingSpace.allCases {
            let named = try await store.read { try $0.embeddings.slots(in: space) }
            let opened = try await open(
                space.rawValue, folder, space.dimension, exactLimit, named, log)
            spaces[space] = opened.space
            guard !opened.lost.isEmpty else { continue }
            lost += opened.lost.count
            log.error(
                "vectors are missing or damaged and will not be searched",
                ["space": .text(space.rawValue), "count": .integer(opened.lost.count)])
            let owners = opened.lost.map { Int64($0.member.owner) }
            try await store.write { tables in
                for id in owners { try tables.embeddings.remove(id: id) }
            }
            for vector in opened.lost { opened.space.remove(vector.member.slot) }
        }
        return try await EmbeddingService(store: store, clock: clock, spaces: spaces, lost: lost)
    }

    /// Opens a space with the vectors that the database names.
    static func open(
        _ name: String, _ folder: String, _ dimension: Int, _ exactLimit: Int,
        _ slots: [(slot: Int64, owner: Int64)], _ log: Logger
    ) async throws -> VectorSpace.Opened {
        let named = slots.map { row in
            NamedSlot(
                slot: VectorSlot(UInt32(truncatingIfNeeded: row.slot)), owner: UInt64(row.owner))
        }
        var settings = VectorSpace.Settings(folder: folder, name: name, dimension: dimension)
        settings.exactLimit = exactLimit
        settings.onEvent = { report($0, of: name, to: log) }
        return try await VectorSpace.open(settings, named: named)
    }
}
