import CSQLite

/// One connection to a database file with its compiled statements.
///
/// Not Sendable: `Writer` and `ReaderPool` own theirs and lend them to closures.
package final class Connection {
    let handle: OpaquePointer
    private var cache: StatementCache
    /// Set by the transaction verbs; statements look at it when they fail.
    var isInTransaction = false
    /// Why SQLite gave up the running transaction by itself, as it does when the disk is full.
    ///
    /// Until the transaction verb that began it has ended, every statement throws this error:
    /// executed now it would commit on its own.
    var rolledBack: SQLiteError?
    /// What is to follow the running transaction once it is on the disk.
    var followUps: [@Sendable () -> Void] = []
    /// Pages in the write-ahead log after the last commit. SQLite writes it through this pointer.
    let logPages: UnsafeMutablePointer<Int32>

    /// Opens the file at `path`; the error is SQLite's own.
    package init(path: String, options: ConnectionOptions = .init()) throws(SQLiteError) {
        guard Self.isLibraryReady else {
            throw SQLiteError(code: SQLITE_ERROR, message: "SQLite cannot be initialised")
        }
        var opened: OpaquePointer?
        var flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        if options.role == .writer { flags |= SQLITE_OPEN_CREATE }
        let result = sqlite3_open_v2(path, &opened, flags, nil)
        guard result == SQLITE_OK, let opened else {
            let error = SQLiteError(result, handle: opened)
            sqlite3_close_v2(opened)
            throw error
        }
        handle = opened
        cache = StatementCache(capacity: options.cachedStatements)
        logPages = .allocate(capacity: 1)
        logPages.initialize(to: 0)
        try configure(options)
    }

    deinit {
        cache.removeAll()
        sqlite3_close_v2(handle)
        logPages.deallocate()
    }

    /// Runs one statement to its end and returns the number of rows it inserted, updated or deleted.
    @discardableResult
    package func execute(
        _ sql: String, _ arguments: (any SQLiteValueConvertible)?...
    ) throws(SQLiteError) -> Int {
        try execute(sql, arguments: arguments)
    }

    /// `execute` for a number of values that is not known beforehand.
    @discardableResult
    package func execute(
        _ sql: String, arguments: [(any SQLiteValueConvertible)?]
    ) throws(SQLiteError) -> Int {
        let statement = try start(sql, arguments)
        defer { statement.finish() }
        while try step(statement) {}
        return statement.isReadOnly ? 0 : changes
    }

    /// The first row, or nil when there is none.
    package func first<Value>(
        _ sql: String, _ arguments: (any SQLiteValueConvertible)?...,
        row: (borrowing Row) throws -> Value
    ) throws -> Value? {
        let statement = try start(sql, arguments)
        defer { statement.finish() }
        guard try step(statement) else { return nil }
        let value = try row(Row(statement.handle))
        // INSERT … RETURNING takes effect only once it has been stepped to its end.
        if !statement.isReadOnly { while try step(statement) {} }
        return value
    }

    /// The first column of the first row, or nil when there is no row.
    package func value<Value: SQLiteValueConvertible>(
        _ sql: String, _ arguments: (any SQLiteValueConvertible)?...,
        as type: Value.Type = Value.self
    ) throws(SQLiteError) -> Value? {
        let statement = try start(sql, arguments)
        defer { statement.finish() }
        guard try step(statement) else { return nil }
        let value: Value = try Row(statement.handle)[0]
        if !statement.isReadOnly { while try step(statement) {} }
        return value
    }

    /// All rows, in the order of the statement.
    package func all<Value>(
        _ sql: String, _ arguments: (any SQLiteValueConvertible)?...,
        row: (borrowing Row) throws -> Value
    ) throws -> [Value] {
        try all(sql, arguments: arguments, row: row)
    }

    /// `all` for a number of values that is not known beforehand.
    package func all<Value>(
        _ sql: String, arguments: [(any SQLiteValueConvertible)?],
        row: (borrowing Row) throws -> Value
    ) throws -> [Value] {
        var values: [Value] = []
        try forEach(sql, arguments: arguments) { values.append(try row($0)) }
        return values
    }

    /// Hands each row to `body` without keeping any.
    package func forEach(
        _ sql: String, _ arguments: (any SQLiteValueConvertible)?...,
        body: (borrowing Row) throws -> Void
    ) throws {
        try forEach(sql, arguments: arguments, body: body)
    }

    /// `forEach` for a number of values that is not known beforehand.
    package func forEach(
        _ sql: String, arguments: [(any SQLiteValueConvertible)?],
        body: (borrowing Row) throws -> Void
    ) throws {
        let statement = try start(sql, arguments)
        defer { statement.finish() }
        while try step(statement) { try body(Row(statement.handle)) }
    }

    /// Runs the statements of a script, which has no parameters, one after the other.
    package func run(script: String) throws(SQLiteError) {
        if let rolledBack { throw rolledBack }
        let result = sqlite3_exec(handle, script, nil, nil, nil)
        if result != SQLITE_OK { throw failure(result, sql: nil) }
    }

    /// Rows that the last INSERT, UPDATE or DELETE touched itself, triggers and cascades aside.
    package var changes: Int { Int(sqlite3_changes64(handle)) }

    /// The row id that the last INSERT gave.
    package var lastInsertRowID: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Compiled statements kept at the moment.
    package var cachedStatementCount: Int { cache.count }

    private func start(
        _ sql: String, _ arguments: [(any SQLiteValueConvertible)?]
    ) throws(SQLiteError) -> Statement {
        if let rolledBack { throw rolledBack }
        let statement = try cache.statement(sql, on: handle)
        statement.isRunning = true
        do throws(SQLiteError) {
            try statement.bind(arguments)
        } catch {
            statement.finish()
            throw error
        }
        return statement
    }

    /// True when the statement stands on a row, false at its end.
    private func step(_ statement: Statement) throws(SQLiteError) -> Bool {
        switch sqlite3_step(statement.handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let result: throw failure(result, sql: statement.sql)
        }
    }

    private func failure(_ result: Int32, sql: String?) -> SQLiteError {
        let error = SQLiteError(result, handle: handle, sql: sql)
        if isInTransaction, sqlite3_get_autocommit(handle) != 0 { rolledBack = error }
        return error
    }
}

extension Connection {
    /// The library's global settings must be made once, before its first use.
    private static let isLibraryReady =
        csqlite_configure() == SQLITE_OK && sqlite3_initialize() == SQLITE_OK

    private func configure(_ options: ConnectionOptions) throws(SQLiteError) {
        let (seconds, attoseconds) = options.busyTimeout.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        sqlite3_busy_timeout(handle, Int32(clamping: milliseconds))
        let isReader = options.role == .reader
        for (option, value) in [
            (SQLITE_DBCONFIG_DEFENSIVE, 1), (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
            // A name in double quotes that no column has is a mistake, not a string.
            (SQLITE_DBCONFIG_DQS_DML, 0), (SQLITE_DBCONFIG_DQS_DDL, 0),
            (SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, isReader ? 1 : 0),
        ] as [(Int32, Int32)] {
            let result = csqlite_db_config(handle, option, value)
            if result != SQLITE_OK { throw SQLiteError(result, handle: handle) }
        }
        try run(
            script: """
                PRAGMA foreign_keys = ON;
                PRAGMA synchronous = FULL;
                PRAGMA temp_store = MEMORY;
                PRAGMA cell_size_check = ON;
                PRAGMA cache_size = -\(options.cacheKibibytes);
                PRAGMA mmap_size = \(options.mappedBytes);
                PRAGMA wal_autocheckpoint = 0;
                PRAGMA query_only = \(isReader ? "ON" : "OFF");
                """)
        if let pages = options.maximumPages {
            try run(script: "PRAGMA max_page_count = \(pages)")
        }
    }
}
