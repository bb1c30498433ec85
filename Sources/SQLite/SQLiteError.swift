import CSQLite
import Glibc

/// What SQLite refused to do: its codes, its message and the statement, but never a bound value.
package struct SQLiteError: Error, Sendable, Equatable {
    /// The primary result code, such as `SQLITE_CONSTRAINT`.
    package let code: Int32
    /// The extended result code, such as `SQLITE_CONSTRAINT_UNIQUE`; equal to `code` if there is none.
    package let extendedCode: Int32
    package let message: String
    /// The statement with its `?`, where one was running.
    package let sql: String?
    /// `errno` of the system call that failed, 0 if none did.
    package let systemError: Int32

    package init(code: Int32, message: String, sql: String? = nil, systemError: Int32 = 0) {
        self.code = code & 0xFF
        self.extendedCode = code
        self.message = message
        self.sql = sql
        self.systemError = systemError
    }

    /// The last error of a connection, to be read before anything else is done with it.
    init(_ result: Int32, handle: OpaquePointer?, sql: String? = nil) {
        guard let handle else {
            self.init(code: result, message: String(cString: sqlite3_errstr(result)), sql: sql)
            return
        }
        let latest = sqlite3_extended_errcode(handle)
        // The connection remembers its last error, which can be another than the one at hand.
        let isLatest = latest & 0xFF == result & 0xFF
        self.init(
            code: isLatest ? latest : result,
            message: String(cString: isLatest ? sqlite3_errmsg(handle) : sqlite3_errstr(result)),
            sql: sql, systemError: sqlite3_system_errno(handle))
    }

    /// The error of everything asked of a database after it was closed.
    static let closed = SQLiteError(code: SQLITE_MISUSE, message: "the database is closed")
}

extension SQLiteError {
    /// A rule that the schema states and a statement broke.
    package enum Constraint: Sendable {
        /// `UNIQUE` or `PRIMARY KEY`.
        case unique
        case foreignKey
        case notNull
        case check
    }

    /// Whether the statement broke a rule of the given kind.
    package func isConstraint(_ kind: Constraint) -> Bool {
        // The extended codes are macros with arithmetic that Swift does not import.
        let detail = extendedCode >> 8
        guard code == SQLITE_CONSTRAINT else { return false }
        return switch kind {
        case .unique: detail == 8 || detail == 6 || detail == 10
        case .foreignKey: detail == 3
        case .notNull: detail == 5
        case .check: detail == 1
        }
    }

    /// Whether the statement broke any rule of the schema.
    package var isConstraint: Bool { code == SQLITE_CONSTRAINT }

    /// Whether the disk, the quota or the configured size of the database is used up.
    package var isFull: Bool {
        code == SQLITE_FULL
            || (code == SQLITE_IOERR || code == SQLITE_CANTOPEN)
                && (systemError == ENOSPC || systemError == EDQUOT)
    }

    /// Whether the file or its folder may not be written.
    package var isReadOnly: Bool {
        code == SQLITE_READONLY || code == SQLITE_PERM
            || code == SQLITE_CANTOPEN
                && (systemError == EACCES || systemError == EROFS || systemError == EPERM)
    }

    /// Whether the file is damaged or no database at all.
    package var isCorrupt: Bool { code == SQLITE_CORRUPT || code == SQLITE_NOTADB }

    /// Whether another connection held the lock for longer than the busy timeout.
    package var isBusy: Bool { code == SQLITE_BUSY || code == SQLITE_LOCKED }
}

extension SQLiteError: CustomStringConvertible {
    package var description: String {
        var text = "SQLite error \(extendedCode): \(message)"
        if systemError != 0 { text += " (\(String(cString: strerror(systemError))))" }
        if let sql { text += " in \"\(sql)\"" }
        return text
    }
}
