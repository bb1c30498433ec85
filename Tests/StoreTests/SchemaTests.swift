import Foundation
import SQLite
import Store
import Testing

@Suite struct SchemaTests {
    @Test func `the schema is the golden one`() async throws {
        let temporary = try TemporaryStore()
        await temporary.store.close()
        let dump = try Connection(path: temporary.folder + "/test.db").schemaDump()
        let golden = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Fixtures/schema.sql").standardized
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            try dump.write(to: golden, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: golden, encoding: .utf8) == dump)
    }

    @Test(arguments: [
        "SELECT 1 FROM blobs WHERE sha256 = ?",
        "SELECT 1 FROM photo_analyses WHERE uuid = ?",
        "SELECT 1 FROM photo_analyses WHERE blob_id = ?",
        "SELECT 1 FROM photo_analyses WHERE expires_at IS NOT NULL AND expires_at < ?",
        "SELECT photo_id FROM photo_readers WHERE reader = ? ORDER BY since DESC, photo_id DESC",
        "SELECT 1 FROM photo_codes c JOIN rooms r ON r.code = c.code WHERE c.photo_id = ?",
        "SELECT 1 FROM memberships WHERE room_id = ? AND left_at IS NULL AND last_seen_at >= ?",
        "SELECT 1 FROM messages WHERE room_id = ? AND number < ? ORDER BY number DESC",
        "SELECT created_at FROM messages WHERE member_id = ? AND created_at > ? ORDER BY created_at",
        "SELECT 1 FROM messages WHERE uuid = ? AND room_id = ?",
        "SELECT 1 FROM memberships WHERE left_at IS NULL AND last_seen_at >= ? AND last_seen_at < ?",
        "SELECT 1 FROM photo_analyses WHERE created_at >= ? ORDER BY created_at DESC, id DESC",
        "SELECT min(vision_model) FROM photo_analyses WHERE vision_model > ?",
        "SELECT 1 FROM tokens WHERE hash = ?",
        "SELECT 1 FROM blobs WHERE key = ? UNION ALL SELECT 1 FROM blobs WHERE thumbnail_key = ?",
    ])
    func `no query of a request scans a table`(sql: String) async throws {
        let temporary = try TemporaryStore()
        await temporary.store.close()
        let connection = try Connection(path: temporary.folder + "/test.db")
        let values = sql.filter { $0 == "?" }.map { _ in "x" as any SQLiteValueConvertible }
        let plan = try connection.all("EXPLAIN QUERY PLAN \(sql)", arguments: values) {
            try $0[3] as String
        }
        #expect(!plan.contains { $0.hasPrefix("SCAN") || $0.contains("TEMP B-TREE") }, "\(plan)")
    }
}
