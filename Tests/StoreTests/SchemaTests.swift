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
        "SELECT 1 FROM jobs WHERE file = ?",
        "SELECT id FROM jobs WHERE queue = ? AND rank IS NOT NULL ORDER BY rank LIMIT 1",
        "SELECT id FROM jobs WHERE due_at <= ? ORDER BY due_at LIMIT 1",
        "SELECT run_at FROM jobs WHERE state = ? AND queue = ? ORDER BY id LIMIT 1",
        "SELECT id FROM jobs WHERE parent_id = ? AND held = 'turn' ORDER BY id LIMIT 1",
        "SELECT id FROM jobs WHERE finished_at < ? ORDER BY finished_at LIMIT 1",
        "SELECT id FROM jobs WHERE owner = ? ORDER BY id DESC LIMIT 1",
        "SELECT id FROM jobs WHERE lease_owner = ?",
        """
        SELECT 1 FROM blobs WHERE key = ? UNION ALL SELECT 1 FROM blobs WHERE thumbnail_key = ?
        UNION ALL SELECT 1 FROM blobs WHERE original_key = ?
        UNION ALL SELECT 1 FROM jobs WHERE file = ?
        """,
        "SELECT 1 FROM renditions WHERE blob_id = ? AND specification = ?",
        "SELECT 1 FROM embeddings WHERE owner = ? AND owner_id = ? AND space = ?",
        "SELECT slot, id FROM embeddings WHERE space = ?",
        "SELECT owner_id FROM embeddings WHERE space = ? AND owner = ? AND model < ?",
        """
        SELECT id FROM usage WHERE user_id = ? AND purpose = ? AND created_at BETWEEN ? AND ?
        ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?
        """,
        """
        SELECT sum(tokens_in), sum(cost_nano_usd) FROM usage
        WHERE purpose = ? AND created_at BETWEEN ? AND ?
        """,
        "SELECT sum(cost_nano_usd) FROM usage WHERE request_id = ?",
        "SELECT 1 FROM photos WHERE user_id = ? ORDER BY created_at DESC, id DESC LIMIT ?",
        "SELECT 1 FROM photos WHERE blob_id = ? AND user_id = ?",
        "SELECT 1 FROM processing_images WHERE name = ?",
        "SELECT 1 FROM processing_images WHERE user_id = ? AND provider = ? AND source = ?",
        "SELECT 1 FROM processing_images WHERE blob_id = ? AND (? IS NULL OR user_id = ?)",
        "SELECT id FROM processing_images WHERE status = 'processing' AND id > ?",
        """
        SELECT e.id FROM processing_images i CROSS JOIN embeddings e
        ON e.owner = 'processing' AND e.owner_id = i.id AND e.space = ? WHERE i.user_id = ?
        """,
        "SELECT 1 FROM gallery_images WHERE uuid = ?",
        "SELECT id FROM gallery_images WHERE deleted_at IS NOT NULL AND deleted_at < ? ORDER BY deleted_at",
        "SELECT 1 FROM gallery_tags WHERE image_id = ? AND tag = ?",
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
