import CSQLite

/// A compiled statement; the connection that made it steps it.
final class Statement {
    let handle: OpaquePointer
    let sql: String
    private let parameterCount: Int
    /// False for statements that change the database.
    let isReadOnly: Bool
    /// True from `start` to `finish`: the cache must not hand it out twice.
    var isRunning = false
    /// When the cache last handed it out, in its own count.
    var lastUse: UInt64 = 0

    init(_ sql: String, on connection: OpaquePointer, isCached: Bool) throws(SQLiteError) {
        var handle: OpaquePointer?
        let flags = isCached ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
        var text = sql
        let (result, rest) = text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { characters in
                var tail: UnsafePointer<CChar>?
                let result = sqlite3_prepare_v3(
                    connection, characters.baseAddress, Int32(clamping: characters.count), flags,
                    &handle, &tail)
                let consumed = tail.map { $0 - (characters.baseAddress ?? $0) } ?? 0
                return (result, String(decoding: utf8.dropFirst(consumed), as: UTF8.self))
            }
        }
        guard result == SQLITE_OK else {
            throw SQLiteError(result, handle: connection, sql: sql)
        }
        guard let handle else {
            throw SQLiteError(code: SQLITE_MISUSE, message: "there is no statement", sql: sql)
        }
        self.handle = handle
        self.sql = sql
        parameterCount = Int(sqlite3_bind_parameter_count(handle))
        isReadOnly = sqlite3_stmt_readonly(handle) != 0
        guard rest.allSatisfy({ $0.isWhitespace || $0 == ";" }) else {
            throw SQLiteError(
                code: SQLITE_MISUSE, message: "there is more than one statement", sql: sql)
        }
    }

    deinit {
        sqlite3_finalize(handle)
    }

    func bind(_ arguments: [(any SQLiteValueConvertible)?]) throws(SQLiteError) {
        guard arguments.count == parameterCount else {
            throw SQLiteError(
                code: SQLITE_RANGE,
                message: "\(parameterCount) parameters were given \(arguments.count) values",
                sql: sql)
        }
        var index: Int32 = 0
        for argument in arguments {
            index += 1
            let result = bind(argument?.sqliteValue ?? .null, at: index)
            guard result == SQLITE_OK else {
                throw SQLiteError(result, handle: sqlite3_db_handle(handle), sql: sql)
            }
        }
    }

    private func bind(_ value: SQLiteValue, at index: Int32) -> Int32 {
        switch value {
        case .null: sqlite3_bind_null(handle, index)
        case .integer(let value): sqlite3_bind_int64(handle, index, value)
        case .real(let value): sqlite3_bind_double(handle, index, value)
        case .text(var value):
            value.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) {
                    csqlite_bind_text(handle, index, $0.baseAddress, UInt64($0.count))
                }
            }
        case .blob(let value):
            value.withUnsafeBytes {
                csqlite_bind_blob(handle, index, $0.baseAddress, UInt64($0.count))
            }
        }
    }

    /// Makes the statement ready for its next use and lets go of the values it was bound to.
    func finish() {
        // The result of reset repeats the error of the last step, which was already thrown.
        sqlite3_reset(handle)
        if parameterCount > 0 { sqlite3_clear_bindings(handle) }
        isRunning = false
    }
}

/// The compiled statements of one connection, the longest unused of them dropped first.
struct StatementCache {
    private var statements: [String: Statement] = [:]
    private var uses: UInt64 = 0
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        statements.reserveCapacity(capacity)
    }

    var count: Int { statements.count }

    /// A statement that is not running: the cached one, or a new one.
    mutating func statement(_ sql: String, on connection: OpaquePointer) throws(SQLiteError)
        -> Statement
    {
        uses += 1
        if let cached = statements[sql] {
            // The same text can be running further up the stack; that use keeps the cached one.
            guard !cached.isRunning else {
                return try Statement(sql, on: connection, isCached: false)
            }
            cached.lastUse = uses
            return cached
        }
        let statement = try Statement(sql, on: connection, isCached: capacity > 0)
        guard capacity > 0 else { return statement }
        if statements.count >= capacity { dropOldest() }
        statement.lastUse = uses
        statements[sql] = statement
        return statement
    }

    mutating func removeAll() {
        statements.removeAll()
    }

    private mutating func dropOldest() {
        if let oldest = statements.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            statements[oldest.key] = nil
        }
    }
}
