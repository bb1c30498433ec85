import Domain
import SQLite

/// Sessions of the admin pages, known by their hashes alone.
package struct SessionTable {
    let db: Connection

    package func insert(hash: [UInt8], user: String, at now: Time, until end: Time) throws {
        try db.execute(
            """
            INSERT INTO sessions (hash, user_id, created_at, expires_at)
            SELECT ?, id, ?, ? FROM users WHERE uuid = ?
            """, hash, now.milliseconds, end.milliseconds, user)
    }

    /// The account of a session that has not expired.
    package func user(hash: [UInt8], at now: Time) throws -> User? {
        try db.first(
            """
            SELECT u.uuid, u.email, u.username, u.role, u.is_active, u.created_at
            FROM sessions s JOIN users u ON u.id = s.user_id
            WHERE s.hash = ? AND s.expires_at > ?
            """, hash, now.milliseconds, row: UserTable.user)
    }

    package func delete(hash: [UInt8]) throws {
        try db.execute("DELETE FROM sessions WHERE hash = ?", hash)
    }

    /// Ends all sessions of an account.
    package func deleteAll(email: String) throws {
        try db.execute(
            "DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE email = ?)",
            email.lowercased())
    }

    package func deleteExpired(at now: Time) throws {
        try db.execute("DELETE FROM sessions WHERE expires_at <= ?", now.milliseconds)
    }
}
