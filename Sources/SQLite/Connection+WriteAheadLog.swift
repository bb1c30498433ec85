import CSQLite

extension Connection {
    /// Pages in the write-ahead log when this connection last committed.
    var pagesInLog: Int { Int(logPages.pointee) }

    /// Switches the file to write-ahead logging and begins to count the pages of the log.
    ///
    /// The log is cut to 16 MiB when a checkpoint has emptied it.
    package func enableWriteAheadLog() throws(SQLiteError) {
        if sqlite3_db_readonly(handle, "main") == 1 {
            throw SQLiteError(code: SQLITE_READONLY, message: "the database file is read-only")
        }
        let mode: String? = try value("PRAGMA journal_mode = WAL")
        guard mode == "wal" else {
            throw SQLiteError(
                code: SQLITE_CANTOPEN, message: "write-ahead logging is not possible here")
        }
        try run(script: "PRAGMA journal_size_limit = \(16 << 20)")
        _ = sqlite3_wal_hook(
            handle,
            { context, _, _, pages in
                context?.assumingMemoryBound(to: Int32.self).pointee = pages
                return SQLITE_OK
            }, logPages)
    }

    /// How thoroughly the write-ahead log is moved into the database file.
    package enum Checkpoint: Sendable {
        /// As much as is possible without waiting for anybody.
        case passive
        /// All of it, and the log's file is emptied; waits for readers as long as the busy timeout.
        case truncate
    }

    /// Moves the write-ahead log into the database file; for the writing connection only.
    package func checkpoint(_ kind: Checkpoint) throws(SQLiteError) {
        let mode = kind == .passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE
        var pages: Int32 = 0
        var moved: Int32 = 0
        let result = sqlite3_wal_checkpoint_v2(handle, nil, mode, &pages, &moved)
        guard result == SQLITE_OK else { throw SQLiteError(result, handle: handle) }
        logPages.pointee = max(0, pages - moved)
    }
}
