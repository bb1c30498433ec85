import SQLite
import Testing

@Suite struct `Migrations` {
    private let folder: TemporaryFolder
    private static let steps = [
        Migration(
            version: 1, name: "rooms",
            sql: """
                CREATE TABLE rooms (id INTEGER PRIMARY KEY) STRICT;
                CREATE TABLE members (room INTEGER REFERENCES rooms) STRICT;
                INSERT INTO rooms VALUES (1);
                INSERT INTO members VALUES (1);
                """),
        Migration(
            version: 2, name: "rebuild",
            sql: """
                CREATE TABLE new_rooms (id INTEGER PRIMARY KEY, name TEXT) STRICT;
                INSERT INTO new_rooms SELECT id, 'n' FROM rooms;
                DROP TABLE rooms;
                ALTER TABLE new_rooms RENAME TO rooms;
                """),
        Migration(version: 3, name: "index", sql: "CREATE INDEX rooms_name ON rooms (name)"),
    ]

    init() throws {
        folder = try TemporaryFolder()
    }

    private func migrator(_ count: Int) -> Migrator {
        Migrator(applicationID: 7, migrations: Array(Self.steps.prefix(count)))
    }

    @Test func `run once each and in order, whatever the version was`() throws {
        let db = try folder.connection()
        #expect(try migrator(1).migrate(db) == 1)
        #expect(try migrator(3).migrate(db) == 2)
        #expect(try migrator(3).migrate(db) == 0)
        #expect(try db.value("PRAGMA user_version") == 3)
        #expect(try db.value("SELECT name FROM rooms") == "n")
        #expect(throws: SQLiteError.self) { try db.execute("INSERT INTO members VALUES (5)") }
        #expect(
            try db.schemaDump() == """
                CREATE TABLE members (room INTEGER REFERENCES rooms) STRICT;

                CREATE TABLE "rooms" (id INTEGER PRIMARY KEY, name TEXT) STRICT;

                CREATE INDEX rooms_name ON rooms (name);

                """)
    }

    @Test func `leave the last good version when one fails`() throws {
        let bad = [
            "CREATE TABLE extra (x) STRICT",
            "CREATE TABLE extra (x INTEGER) STRICT; DELETE FROM rooms",
        ]
        for (number, sql) in bad.enumerated() {
            let db = try Connection(path: folder.path + "/\(number).db")
            let migrator = Migrator(
                applicationID: 7,
                migrations: migrator(2).migrations + [Migration(version: 3, name: "bad", sql: sql)])
            let error = #expect(throws: DatabaseError.self) { try migrator.migrate(db) }
            guard case .migrationFailed(3, "bad", _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(try db.value("PRAGMA user_version") == 2)
            #expect(try db.schemaDump().contains("extra") == false)
            #expect(try db.value("SELECT COUNT(*) FROM rooms") == 1)
        }
    }
}
