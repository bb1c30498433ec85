import SQLite

/// Keys that the daemon made for itself on its first start.
package struct SecretTable {
    let db: Connection

    /// The secret of that name; `fresh` becomes it where there is none yet.
    package func value(_ name: String, orElse fresh: [UInt8]) throws -> [UInt8] {
        try db.execute(
            "INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
            name, fresh)
        return try db.first("SELECT value FROM secrets WHERE name = ?", name) { try $0[0] } ?? fresh
    }
}
