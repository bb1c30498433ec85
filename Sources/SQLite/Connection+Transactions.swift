import CSQLite

extension Connection {
    /// Runs `body` in a transaction that takes the write lock at once: all of it happens or none.
    @discardableResult
    package func inTransaction<Value>(_ body: () throws -> Value) throws -> Value {
        try begin("BEGIN IMMEDIATE")
        let value: Value
        do {
            value = try body()
            if let rolledBack { throw rolledBack }
        } catch {
            rollBack()
            throw error
        }
        try commit()
        return value
    }

    /// Runs `body` so that all its SELECTs see the database as it was at the first of them.
    package func inSnapshot<Value>(_ body: () throws -> Value) throws -> Value {
        try begin("BEGIN")
        do {
            let value = try body()
            try commit()
            return value
        } catch {
            rollBack()
            throw error
        }
    }

    /// Runs `body` inside the running transaction; when it throws, what it changed is undone.
    @discardableResult
    package func inSavepoint<Value>(_ body: () throws -> Value) throws -> Value {
        try execute("SAVEPOINT s")
        let value: Value
        do {
            value = try body()
            if let rolledBack { throw rolledBack }
        } catch {
            // A transaction that SQLite gave up has taken the savepoint with it.
            if rolledBack == nil { undoSavepoint() }
            throw error
        }
        try execute("RELEASE s")
        return value
    }

    private func undoSavepoint() {
        do throws(SQLiteError) {
            try execute("ROLLBACK TO s")
            try execute("RELEASE s")
        } catch {
            // What cannot be undone by itself must not be committed with the rest.
            rollBack()
            isInTransaction = true
            rolledBack = error
        }
    }

    func begin(_ statement: String) throws(SQLiteError) {
        try execute(statement)
        isInTransaction = true
    }

    /// Commits, or rolls back and throws.
    func commit() throws(SQLiteError) {
        do {
            try execute("COMMIT")
            isInTransaction = false
        } catch {
            rollBack()
            throw error
        }
    }

    /// Ends the running transaction, whatever state it is in.
    func rollBack() {
        rolledBack = nil
        isInTransaction = false
        guard sqlite3_get_autocommit(handle) == 0 else { return }
        // A rollback can report the input error that made it necessary, and yet it is done.
        _ = try? execute("ROLLBACK")
    }
}
