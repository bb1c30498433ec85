import CSQLite

extension Connection {
    /// Runs `action` as soon as the running transaction is on the disk, and never if it is undone.
    ///
    /// Those of several transactions run in the order of the commits, each before the next transaction begins. They
    /// hold up all writing, so they must return at once and leave the database alone.
    package func afterCommit(_ action: @escaping @Sendable () -> Void) {
        followUps.append(action)
    }

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
        let mark = followUps.count
        let value: Value
        do {
            value = try body()
            if let rolledBack { throw rolledBack }
        } catch {
            followUps.removeSubrange(min(mark, followUps.count)...)
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
        } catch {
            rollBack()
            throw error
        }
        isInTransaction = false
        let actions = followUps
        followUps = []
        for action in actions { action() }
    }

    /// Ends the running transaction, whatever state it is in.
    func rollBack() {
        rolledBack = nil
        isInTransaction = false
        followUps = []
        guard sqlite3_get_autocommit(handle) == 0 else { return }
        // A rollback can report the input error that made it necessary, and yet it is done.
        _ = try? execute("ROLLBACK")
    }
}
