import Domain
import SQLite
import Store
import Testing

/// The lists of request log and kept images find their rows in an index, whatever they are filtered by.
@Suite struct RequestLogPlanTests {
    private func expectNoScan(_ sql: String, _ values: Int, _ connection: Connection) throws {
        let plan = try connection.all(
            "EXPLAIN QUERY PLAN \(sql)",
            arguments: (0..<values).map { _ in 1 as any SQLiteValueConvertible }
        ) { try $0[3] as String }
        // The rows of one page, which the query inside has found, are gone through as they are.
        let scans = plan.filter { $0.hasPrefix("SCAN") && $0 != "SCAN p" }
        #expect(scans.isEmpty && !plan.contains { $0.contains("TEMP B-TREE") }, "\(sql): \(plan)")
    }

    @Test func `no list of requests scans a table`() async throws {
        let temporary = try TemporaryStore()
        await temporary.store.close()
        let connection = try Connection(path: temporary.folder + "/test.db")
        for number in 0..<16 {
            var filter = RequestLogFilter()
            if number & 1 > 0 { filter.service = "s" }
            if number & 2 > 0 { filter.isSuccess = true }
            if number & 4 > 0 { filter.user = "u" }
            if number & 8 > 0 { filter.requestID = "r" }
            let conditions = RequestLogTable.conditions(filter)
            let count = conditions.values.count
            try expectNoScan(
                "SELECT count(*) FROM request_logs WHERE \(conditions.sql)", count, connection)
            try expectNoScan(RequestLogTable.pageSQL(conditions), count + 2, connection)
        }
    }

    @Test func `no list of images scans a table`() async throws {
        let temporary = try TemporaryStore()
        await temporary.store.close()
        let connection = try Connection(path: temporary.folder + "/test.db")
        for number in 0..<8 {
            var filter = SavedImageFilter()
            if number & 1 > 0 { filter.requestID = "r" }
            if number & 2 > 0 { filter.mediaType = "t" }
            let conditions = RequestImageTable.conditions(
                filter, blob: number & 4 > 0 ? 1 : nil)
            let count = conditions.values.count
            try expectNoScan(
                "SELECT count(*) FROM request_images WHERE \(conditions.sql)", count, connection)
            try expectNoScan(RequestImageTable.pageSQL(conditions), count + 2, connection)
        }
    }
}
