import Domain
import SQLite

/// Accounts.
package struct UserTable {
    let db: Connection

    private static let columns = "uuid, email, username, role, is_active, created_at"

    package func insert(_ user: User, passwordHash: String?) throws {
        let isNew = try db.execute(
            """
            INSERT INTO users (uuid, email, username, password_hash, role, is_active, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (email) DO NOTHING
            """,
            user.id, user.email, user.username, passwordHash, user.role.rawValue, user.isActive,
            user.createdAt.milliseconds)
        guard isNew == 1 else {
            throw Failure(.conflict, "An account with the e-mail \(user.email) exists already.")
        }
    }

    package func all() throws -> [User] {
        try db.all("SELECT \(Self.columns) FROM users ORDER BY email", row: Self.user)
    }

    package func find(email: String) throws -> User? {
        try db.first(
            "SELECT \(Self.columns) FROM users WHERE email = ?", email.lowercased(), row: Self.user)
    }

    package func find(id: String) throws -> User? {
        try db.first("SELECT \(Self.columns) FROM users WHERE uuid = ?", id, row: Self.user)
    }

    package func passwordHash(email: String) throws -> String? {
        try db.first(
            """
            SELECT password_hash FROM users WHERE email = ? AND password_hash IS NOT NULL
            """, email.lowercased()
        ) { try $0[0] }
    }

    /// Whether an account was found and changed.
    package func setPasswordHash(_ hash: String, email: String) throws -> Bool {
        try db.execute(
            "UPDATE users SET password_hash = ? WHERE email = ?", hash, email.lowercased())
        return db.changes > 0
    }

    static func user(_ row: borrowing Row) throws -> User {
        try User(
            id: row[0], email: row[1], username: row[2], role: Role(rawValue: row[3]) ?? .user,
            isActive: row[4], createdAt: Time(milliseconds: row[5]))
    }
}
