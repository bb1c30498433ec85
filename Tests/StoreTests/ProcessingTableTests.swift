import Domain
import SQLite
import Store
import Testing

@Suite struct ProcessingTableTests {
    @Test(
        arguments: [nil, "u"] as [String?],
        [nil, .pending] as [ProcessingImage.Status?])
    func `no list of images scans or sorts`(
        user: String?, status: ProcessingImage.Status?
    ) async throws {
        let temporary = try TemporaryStore()
        await temporary.store.close()
        let connection = try Connection(path: temporary.folder + "/test.db")
        for provider in [nil, .upload] as [ProcessingImage.Provider?] {
            for tag in [nil, "t"] as [String?] {
                let filter = ProcessingTable.Filter(
                    user: user, status: status, provider: provider, tag: tag)
                for sql in [filter.pageSQL, filter.countSQL] {
                    let values = sql.filter { $0 == "?" }.map { _ in 1 as any SQLiteValueConvertible
                    }
                    let plan = try connection.all(
                        "EXPLAIN QUERY PLAN \(sql)", arguments: values
                    ) { try $0[3] as String }
                    #expect(
                        plan.allSatisfy { $0.hasPrefix("SEARCH") && !$0.contains("TEMP B-TREE") },
                        "\(sql): \(plan)")
                }
            }
        }
    }

    @Test func `exactly so many calls pass in a minute`() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        let passed = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await store.write { try $0.processing.takePlace(inMinute: 7, limit: 20) }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(passed == 20)
        let next = try await store.write { tables in
            [
                try tables.processing.takePlace(inMinute: 8, limit: 20),
                try tables.processing.takePlace(inMinute: 9, limit: 0),
            ]
        }
        #expect(next == [true, false])
    }
}
