import Domain
import SQLite

/// Live settings that differ from their defaults.
package struct SettingTable {
    let db: Connection

    package func all() throws -> [String: String] {
        let rows = try db.all("SELECT key, value FROM settings") { row in
            (key: try row[0] as String, value: try row[1] as String)
        }
        return Dictionary(rows.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }

    package func set(_ key: String, to value: String, at now: Time) throws {
        try db.execute(
            """
            INSERT INTO settings (key, value, updated_at) VALUES (?, ?, ?)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at
            """, key, value, now.milliseconds)
    }
}

/// Who changed what, for good.
package struct AuditTable {
    let db: Connection

    package func append(
        at now: Time, actor: String, action: String, subject: String, detail: String
    ) throws {
        try db.execute(
            "INSERT INTO audit (at, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)",
            now.milliseconds, actor, action, subject, detail)
    }
}
