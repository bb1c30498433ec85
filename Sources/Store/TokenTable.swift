import Domain
import SQLite

/// API tokens, known by their hashes alone.
package struct TokenTable {
    let db: Connection

    package func insert(_ token: AccessToken, hash: [UInt8]) throws {
        try db.execute(
            """
            INSERT INTO tokens (uuid, user_id, name, hash, created_at, expires_at)
            SELECT ?, id, ?, ?, ?, ? FROM users WHERE email = ?
            """,
            token.id, token.name, hash, token.createdAt.milliseconds,
            token.expiresAt?.milliseconds, token.email)
        guard db.changes == 1 else {
            throw Failure(
                .notFound, "There is no account with the e-mail \(token.email). See `users list`.")
        }
    }

    package func all() throws -> [AccessToken] {
        try db.all(
            """
            SELECT t.uuid, u.email, t.name, t.created_at, t.expires_at, t.revoked_at
            FROM tokens t JOIN users u ON u.id = t.user_id ORDER BY t.id
            """
        ) { row in
            try AccessToken(
                id: row[0], email: row[1], name: row[2], createdAt: Time(milliseconds: row[3]),
                expiresAt: (row[4] as Int64?).map(Time.init(milliseconds:)),
                revokedAt: (row[5] as Int64?).map(Time.init(milliseconds:)))
        }
    }

    /// Whether there was such a token; one revoked before stays as it is.
    package func revoke(id: String, at now: Time) throws -> Bool {
        try db.execute(
            "UPDATE tokens SET revoked_at = coalesce(revoked_at, ?) WHERE uuid = ?",
            now.milliseconds, id)
        return db.changes > 0
    }

    /// The account behind a token that is neither revoked nor expired.
    package func user(hash: [UInt8], at now: Time) throws -> User? {
        try db.first(
            """
            SELECT u.uuid, u.email, u.username, u.role, u.is_active, u.created_at
            FROM tokens t JOIN users u ON u.id = t.user_id
            WHERE t.hash = ? AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ?)
            """, hash, now.milliseconds, row: UserTable.user)
    }
}
