import CSQLite

/// The row a statement stands on; it cannot outlive the closure it is handed to.
package struct Row: ~Copyable {
    private let statement: OpaquePointer

    init(_ statement: OpaquePointer) {
        self.statement = statement
    }

    /// Number of columns.
    package var count: Int { Int(sqlite3_data_count(statement)) }

    /// The value of the column at `index`, counted from 0 as in the SELECT.
    ///
    /// Throws when the column holds something else, NULL included unless `Value` is optional.
    package subscript<Value: SQLiteValueConvertible>(index: Int) -> Value {
        get throws(SQLiteError) {
            guard let value = Value(column: try column(index)) else {
                throw mismatch(index, expected: "\(Value.self)")
            }
            return value
        }
    }

    /// Hands out the bytes of a TEXT or BLOB column without copying them; NULL has none.
    package func withBytes<Result, Failure: Error>(
        at index: Int, _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let position = Int32(truncatingIfNeeded: index)
        let start = sqlite3_column_blob(statement, position)
        let count = Int(sqlite3_column_bytes(statement, position))
        let bytes = start?.assumingMemoryBound(to: UInt8.self)
        return try body(UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : count).span)
    }

    private func isNull(_ index: Int) throws(SQLiteError) -> Bool {
        try column(index).isNull
    }

    private func read<Value>(
        _ index: Int, as expected: StaticString, _ value: (borrowing Column) -> Value?
    ) throws(SQLiteError) -> Value {
        guard let value = value(try column(index)) else {
            throw mismatch(index, expected: "\(expected)")
        }
        return value
    }

    private func column(_ index: Int) throws(SQLiteError) -> Column {
        guard index >= 0, index < count else {
            throw SQLiteError(
                code: SQLITE_RANGE, message: "there is no column \(index) among \(count)",
                sql: String(cString: sqlite3_sql(statement)))
        }
        return Column(statement, Int32(index))
    }

    private func mismatch(_ index: Int, expected: String) -> SQLiteError {
        let name = sqlite3_column_name(statement, Int32(index)).map { String(cString: $0) } ?? "?"
        let found =
            switch sqlite3_column_type(statement, Int32(index)) {
            case SQLITE_INTEGER: "INTEGER"
            case SQLITE_FLOAT: "REAL"
            case SQLITE_TEXT: "TEXT"
            case SQLITE_BLOB: "BLOB"
            default: "NULL"
            }
        return SQLiteError(
            code: SQLITE_MISMATCH,
            message: "column \(index) (\(name)) holds \(found) that is no \(expected)",
            sql: String(cString: sqlite3_sql(statement)))
    }
}

// The types that rows consist of, spelled out: the generic subscript is not specialised across
// modules, and looking up its metadata for each column costs more than reading the column.
extension Row {
    package subscript(index: Int) -> Int64 {
        get throws(SQLiteError) { try read(index, as: "Int64") { $0.integer } }
    }

    package subscript(index: Int) -> Int64? {
        get throws(SQLiteError) {
            try isNull(index) ? nil : read(index, as: "Optional<Int64>") { $0.integer }
        }
    }

    package subscript(index: Int) -> Int {
        get throws(SQLiteError) { try read(index, as: "Int") { Int(column: $0) } }
    }

    package subscript(index: Int) -> Bool {
        get throws(SQLiteError) { try read(index, as: "Bool") { Bool(column: $0) } }
    }

    package subscript(index: Int) -> String {
        get throws(SQLiteError) { try read(index, as: "String") { $0.text } }
    }

    package subscript(index: Int) -> String? {
        get throws(SQLiteError) {
            try isNull(index) ? nil : read(index, as: "Optional<String>") { $0.text }
        }
    }

    package subscript(index: Int) -> [UInt8] {
        get throws(SQLiteError) { try read(index, as: "Array<UInt8>") { $0.blob } }
    }
}

/// One column of the row a statement stands on, read without conversion: nil when the type differs.
package struct Column: ~Copyable {
    private let statement: OpaquePointer
    private let index: Int32
    private let type: Int32

    init(_ statement: OpaquePointer, _ index: Int32) {
        self.statement = statement
        self.index = index
        self.type = sqlite3_column_type(statement, index)
    }

    package var isNull: Bool { type == SQLITE_NULL }

    package var integer: Int64? {
        type == SQLITE_INTEGER ? sqlite3_column_int64(statement, index) : nil
    }

    /// A REAL or an INTEGER.
    package var real: Double? {
        type == SQLITE_FLOAT || type == SQLITE_INTEGER
            ? sqlite3_column_double(statement, index) : nil
    }

    /// Text with any NUL in it; bytes that are not UTF-8 are replaced by U+FFFD.
    package var text: String? {
        guard type == SQLITE_TEXT, let start = sqlite3_column_text(statement, index) else {
            return nil
        }
        let count = Int(sqlite3_column_bytes(statement, index))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    package var blob: [UInt8]? {
        guard type == SQLITE_BLOB else { return nil }
        guard let start = sqlite3_column_blob(statement, index) else { return [] }
        let count = Int(sqlite3_column_bytes(statement, index))
        return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }
}
