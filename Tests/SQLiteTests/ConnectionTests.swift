import SQLite
import Testing

@Suite struct `A connection` {
    let folder: TemporaryFolder
    let db: Connection

    init() throws {
        folder = try TemporaryFolder()
        db = try folder.connection(
            schema: """
                CREATE TABLE rooms (
                    id    INTEGER PRIMARY KEY,
                    code  TEXT NOT NULL UNIQUE,
                    name  TEXT,
                    size  REAL,
                    image BLOB,
                    CHECK (id < 1000)
                ) STRICT;
                CREATE TABLE members (room INTEGER NOT NULL REFERENCES rooms) STRICT;
                """)
    }

    @Test(
        arguments: [
            .null, .integer(0), .integer(.min), .integer(.max), .real(-0.5), .real(.infinity),
            .text(""), .text("plain"), .text("a\0b"), .text("Zoë 🏖️ 東京 e\u{301}"),
            .blob([]), .blob([0, 255, 0]),
        ] as [SQLiteValue])
    func `gives back the value it was given`(value: SQLiteValue) throws {
        #expect(try db.value("SELECT ?", value) == value)
    }

    @Test func `gives back a large blob and a large text`() throws {
        let blob = [UInt8](repeating: 7, count: 1_000_000)
        let text = String(repeating: "ü", count: 1_000_000)
        let read = try db.first("SELECT ?, ?", blob, text) { row in
            try (row[0] as [UInt8], row[1] as String)
        }
        let isSame = try #require(read) == (blob, text)
        #expect(isSame)
    }

    @Test func `binds and reads rows by position`() throws {
        struct Room: Equatable {
            var id: Int
            var code: String
            var name: String?
            var size: Double?
            var image: [UInt8]?
        }
        let nobody: String? = nil
        try db.execute(
            "INSERT INTO rooms VALUES (?, ?, ?, ?, ?)", 1, "a", nobody, nil, [1, 2] as [UInt8])
        try db.execute("INSERT INTO rooms VALUES (?, ?, ?, ?, ?)", 2, "b", "B", 1.5, nil)
        let rooms = try db.all("SELECT * FROM rooms ORDER BY id") { row in
            try Room(id: row[0], code: row[1], name: row[2], size: row[3], image: row[4])
        }
        #expect(
            rooms == [
                Room(id: 1, code: "a", name: nil, size: nil, image: [1, 2]),
                Room(id: 2, code: "b", name: "B", size: 1.5, image: nil),
            ])
        #expect(try db.first("SELECT name FROM rooms WHERE id = ?", 2) { try $0[0] } == "B")
        let none = try db.first("SELECT name FROM rooms WHERE id = ?", 3) { try $0[0] as String }
        #expect(none == nil)
    }

    @Test func `reads identifiers and enums by their raw value`() throws {
        struct ID: RawRepresentable, SQLiteValueConvertible, Equatable { var rawValue: Int64 }
        enum Kind: String, SQLiteValueConvertible { case one, two }
        let read = try db.first("SELECT ?, ?", ID(rawValue: 9), Kind.two) { row in
            try (row[0] as ID, row[1] as Kind)
        }
        #expect(read?.0 == ID(rawValue: 9))
        #expect(read?.1 == .two)
        #expect(throws: SQLiteError.self) { try db.value("SELECT 'three'", as: Kind.self) }
    }

    @Test func `hands out bytes without copying them`() throws {
        try db.execute("INSERT INTO rooms (id, code, image) VALUES (1, 'a', x'0102')")
        let sum = try db.first("SELECT image, name FROM rooms") { row in
            row.withBytes(at: 1) { $0.count } + row.withBytes(at: 0) { Int($0[1]) }
        }
        #expect(sum == 2)
    }

    @Test(arguments: ["SELECT NULL", "SELECT 1.5", "SELECT 'x'", "SELECT x'00'"])
    func `refuses to read a value of another type`(sql: String) throws {
        let error = #expect(throws: SQLiteError.self) { try db.value(sql, as: Int.self) }
        #expect(error?.sql == sql)
    }

    @Test func `counts the rows it changed and knows the last id`() throws {
        #expect(try db.execute("INSERT INTO rooms (id, code) VALUES (5, 'a'), (6, 'b')") == 2)
        #expect(db.lastInsertRowID == 6)
        #expect(try db.execute("UPDATE rooms SET size = 1 WHERE id = ?", 9) == 0)
        #expect(try db.execute("SELECT 1") == 0)
        let ids = try db.all("DELETE FROM rooms RETURNING id") { try $0[0] as Int }
        #expect(ids == [5, 6])
        let id = try db.value("INSERT INTO rooms (code) VALUES ('z') RETURNING id", as: Int.self)
        #expect(id == 1)
    }

    @Test func `names the rule that was broken, and no value`() throws {
        try db.execute("INSERT INTO rooms (id, code) VALUES (1, ?)", "secret")
        let breaches: [(String, SQLiteError.Constraint)] = [
            ("INSERT INTO rooms (code) VALUES (?)", .unique),
            ("INSERT INTO rooms (id, code) VALUES (1, ? || 'x')", .unique),
            ("INSERT INTO rooms (code, name) VALUES (NULL, ?)", .notNull),
            ("INSERT INTO rooms (id, code) VALUES (1000, ? || 'x')", .check),
            ("INSERT INTO members SELECT length(?) * 100", .foreignKey),
        ]
        for (sql, rule) in breaches {
            let error = #expect(throws: SQLiteError.self) { try db.execute(sql, "secret") }
            #expect(error?.isConstraint(rule) == true, "\(sql)")
            #expect(error?.description.contains("secret") == false)
        }
    }

    @Test func `refuses a wrong number of values, several statements and none`() throws {
        for sql in ["SELECT ?, ?", "SELECT ?; SELECT 1", "", "-- nothing", "SELEKT ?"] {
            #expect(throws: SQLiteError.self) { try db.execute(sql, 1) }
        }
        try db.execute("SELECT ?;  \n", 1)
    }

    @Test func `takes a name in double quotes for a column, never for a string`() throws {
        #expect(throws: SQLiteError.self) { try db.execute("SELECT \"nothing\" FROM rooms") }
    }

    @Test func `can use a statement again after it failed`() throws {
        let insert = "INSERT INTO rooms (id, code) VALUES (?, ?)"
        try db.execute(insert, 1, "a")
        for _ in 0..<3 {
            #expect(throws: SQLiteError.self) { try db.execute(insert, 2, "a") }
        }
        try db.execute(insert, 2, "b")
        #expect(throws: Refusal.self) {
            try db.all("SELECT id FROM rooms") { _ in throw Refusal() }
        }
        #expect(try db.all("SELECT id FROM rooms") { try $0[0] as Int } == [1, 2])
        // An open cursor would hold back the log.
        try db.checkpoint(.truncate)
    }

    @Test func `runs the same statement inside itself`() throws {
        try db.execute("INSERT INTO rooms (id, code) VALUES (1, 'a'), (2, 'b')")
        let sql = "SELECT id FROM rooms ORDER BY id"
        let pairs = try db.all(sql) { outer in
            let inner = try db.all(sql) { try $0[0] as Int }
            return [try outer[0]] + inner
        }
        #expect(pairs == [[1, 1, 2], [2, 1, 2]])
    }

    @Test func `keeps a bounded number of compiled statements`() throws {
        for number in 0..<200 {
            #expect(try db.value("SELECT \(number)", as: Int.self) == number)
            #expect(db.cachedStatementCount <= 64)
        }
    }

    @Test func `sees a changed schema through a cached statement`() throws {
        let sql = "SELECT * FROM rooms"
        try db.execute("INSERT INTO rooms (id, code) VALUES (1, 'a')")
        #expect(try db.first(sql) { $0.count } == 5)
        try db.run(script: "ALTER TABLE rooms ADD COLUMN floor INTEGER DEFAULT 3")
        #expect(try db.first(sql) { try $0[5] as Int } == 3)
    }

    @Test func `undoes a failed savepoint and nothing else`() throws {
        try db.inTransaction {
            try db.execute("INSERT INTO rooms (id, code) VALUES (1, 'a')")
            #expect(throws: Refusal.self) {
                try db.inSavepoint {
                    try db.execute("INSERT INTO rooms (id, code) VALUES (2, 'b')")
                    try db.inSavepoint {
                        try db.execute("INSERT INTO rooms (id, code) VALUES (3, 'c')")
                    }
                    throw Refusal()
                }
            }
            try db.inSavepoint { try db.execute("INSERT INTO rooms (id, code) VALUES (4, 'd')") }
        }
        #expect(try db.all("SELECT id FROM rooms ORDER BY id") { try $0[0] as Int } == [1, 4])
    }

    @Test func `executes nothing more once SQLite has given up the transaction`() throws {
        var options = ConnectionOptions()
        options.maximumPages = 12
        let small = try Connection(path: folder.path + "/small.db", options: options)
        try small.enableWriteAheadLog()
        try small.run(script: "CREATE TABLE t (x BLOB) STRICT")
        let error = #expect(throws: SQLiteError.self) {
            try small.inTransaction {
                try small.execute("INSERT INTO t VALUES (x'01')")
                _ = try? small.execute("INSERT INTO t VALUES (zeroblob(100000))")
                // Without the guard this would commit by itself.
                try small.execute("INSERT INTO t VALUES (x'02')")
            }
        }
        #expect(error?.isFull == true)
        #expect(try small.value("SELECT COUNT(*) FROM t", as: Int.self) == 0)
        try small.inTransaction { _ = try small.execute("INSERT INTO t VALUES (x'03')") }
        #expect(try small.value("SELECT x FROM t", as: [UInt8].self) == [3])
    }
}
