import Domain
import SQLite

/// One row that is written to see whether writing works.
package struct HealthTable {
    let db: Connection

    package func note(_ now: Time) throws {
        try db.execute(
            """
            INSERT INTO health (id, checked_at) VALUES (1, ?)
            ON CONFLICT (id) DO UPDATE SET checked_at = excluded.checked_at
            """, now.milliseconds)
    }

    package func last() throws -> Time? {
        try db.first("SELECT checked_at FROM health WHERE id = 1") {
            Time(milliseconds: try $0[0])
        }
    }
}
