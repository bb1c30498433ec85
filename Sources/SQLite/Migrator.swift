import CSQLite

/// One step from a schema to the next, never changed once it was released.
package struct Migration: Sendable {
    /// The number that the database carries after it, counted from 1.
    package let version: Int
    package let name: String
    /// Statements separated by semicolons; the transaction around them is the migrator's.
    package let sql: String

    package init(version: Int, name: String, sql: String) {
        self.version = version
        self.name = name
        self.sql = sql
    }
}

/// Brings a database to the newest schema, one transaction for each migration.
///
/// The version is kept in the file's `user_version`, the program it belongs to in `application_id`.
package struct Migrator: Sendable {
    package let applicationID: Int32
    package let migrations: [Migration]

    /// `migrations` are numbered 1, 2, 3 and so on, in this order.
    package init(applicationID: Int32, migrations: [Migration]) {
        precondition(
            migrations.map(\.version) == Array(1..<(migrations.count + 1)),
            "migrations must be numbered from 1 without a gap")
        self.applicationID = applicationID
        self.migrations = migrations
    }

    /// The version that a database has after all migrations.
    package var knownVersion: Int { migrations.count }

    /// Refuses, without having changed anything, a file of another program or of a newer version.
    package func check(_ connection: Connection) throws {
        let application = try connection.value("PRAGMA application_id", as: Int.self) ?? 0
        let found = try connection.value("PRAGMA user_version", as: Int.self) ?? 0
        let tables = try connection.value("SELECT COUNT(*) FROM sqlite_schema", as: Int.self) ?? 0
        let isEmpty = application == 0 && found == 0 && tables == 0
        guard isEmpty || application == Int(applicationID) else {
            throw DatabaseError.belongsToAnotherProgram(applicationID: application)
        }
        guard found <= knownVersion else {
            throw DatabaseError.databaseIsNewer(found: found, known: knownVersion)
        }
    }

    /// Checks the database and runs the migrations it has not seen; returns how many those were.
    @discardableResult
    package func migrate(_ connection: Connection) throws -> Int {
        try check(connection)
        let found = try connection.value("PRAGMA user_version", as: Int.self) ?? 0
        let outstanding = migrations.dropFirst(found)
        guard !outstanding.isEmpty else { return 0 }
        // A table can be rebuilt only while nothing enforces the keys that point at it; they are
        // checked before each commit instead (https://www.sqlite.org/lang_altertable.html#otheralter).
        try connection.run(script: "PRAGMA foreign_keys = OFF")
        defer { _ = try? connection.run(script: "PRAGMA foreign_keys = ON") }
        for migration in outstanding { try run(migration, on: connection) }
        return outstanding.count
    }

    private func run(_ migration: Migration, on connection: Connection) throws {
        do {
            try connection.inTransaction {
                try connection.run(script: migration.sql)
                let orphans = try connection.all("PRAGMA foreign_key_check") { row in
                    try row[0] as String
                }
                if let table = orphans.first {
                    throw SQLiteError(
                        code: SQLITE_CONSTRAINT,
                        message: "rows of \(table) refer to rows that do not exist")
                }
                try connection.run(
                    script: """
                        PRAGMA application_id = \(applicationID);
                        PRAGMA user_version = \(migration.version);
                        """)
            }
        } catch let error as SQLiteError where !error.isFull {
            throw DatabaseError.migrationFailed(
                version: migration.version, name: migration.name, error)
        }
    }
}
