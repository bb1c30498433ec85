/// One value as SQLite stores it.
package enum SQLiteValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

/// A type that can be bound to a `?` and read from a column.
///
/// A wrapper such as an identifier or an enum conforms without a line of code when it is
/// `RawRepresentable` by a type that conforms.
package protocol SQLiteValueConvertible {
    var sqliteValue: SQLiteValue { get }
    /// Reads the column, or returns nil when it holds something that is not such a value.
    init?(column: borrowing Column)
}

extension SQLiteValueConvertible where Self: RawRepresentable, RawValue: SQLiteValueConvertible {
    package var sqliteValue: SQLiteValue { rawValue.sqliteValue }
    package init?(column: borrowing Column) {
        guard let raw = RawValue(column: column) else { return nil }
        self.init(rawValue: raw)
    }
}

extension Int64: SQLiteValueConvertible {
    package var sqliteValue: SQLiteValue { .integer(self) }
    package init?(column: borrowing Column) {
        guard let value = column.integer else { return nil }
        self = value
    }
}

extension Int: SQLiteValueConvertible {
    package var sqliteValue: SQLiteValue { .integer(Int64(self)) }
    package init?(column: borrowing Column) {
        guard let value = column.integer else { return nil }
        self.init(exactly: value)
    }
}

extension Bool: SQLiteValueConvertible {
    package var sqliteValue: SQLiteValue { .integer(self ? 1 : 0) }
    package init?(column: borrowing Column) {
        guard let value = column.integer else { return nil }
        self = value != 0
    }
}

extension Double: SQLiteValueConvertible {
    /// SQLite has no NaN: it stores NULL in its place.
    package var sqliteValue: SQLiteValue { .real(self) }
    package init?(column: borrowing Column) {
        guard let value = column.real else { return nil }
        self = value
    }
}

extension String: SQLiteValueConvertible {
    package var sqliteValue: SQLiteValue { .text(self) }
    package init?(column: borrowing Column) {
        guard let value = column.text else { return nil }
        self = value
    }
}

extension [UInt8]: SQLiteValueConvertible {
    package var sqliteValue: SQLiteValue { .blob(self) }
    package init?(column: borrowing Column) {
        guard let value = column.blob else { return nil }
        self = value
    }
}

extension Optional: SQLiteValueConvertible where Wrapped: SQLiteValueConvertible {
    package var sqliteValue: SQLiteValue { self?.sqliteValue ?? .null }
    package init?(column: borrowing Column) {
        if column.isNull {
            self = .none
        } else {
            guard let value = Wrapped(column: column) else { return nil }
            self = value
        }
    }
}

extension SQLiteValue: SQLiteValueConvertible {
    package var sqliteValue: SQLiteValue { self }
    package init?(column: borrowing Column) {
        if let value = column.integer {
            self = .integer(value)
        } else if let value = column.real {
            self = .real(value)
        } else if let value = column.text {
            self = .text(value)
        } else if let value = column.blob {
            self = .blob(value)
        } else {
            self = .null
        }
    }
}
