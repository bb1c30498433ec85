import CSQLite
import Synchronization

/// A database file with its one writer and its readers, locked against other processes.
package final class Database: Sendable {
    package let writer: Writer
    package let readers: ReaderPool
    private let lock: Mutex<FileLock?>

    /// Opens or creates the file at `path`, locks it through `path` + `.lock` and migrates it.
    package init(
        path: String, migrator: Migrator, readers count: Int = 2,
        options: ConnectionOptions = .init()
    ) throws(DatabaseError) {
        do {
            lock = Mutex(try FileLock(path: path + ".lock"))
            let connection = try Connection(path: path, options: options.with(role: .writer))
            // A file that is not ours must not even be switched to the write-ahead log.
            try migrator.check(connection)
            try connection.enableWriteAheadLog()
            try migrator.migrate(connection)
            writer = Writer(connection)
            readers = ReaderPool(path: path, count: count, options: options)
        } catch let error as DatabaseError {
            throw error
        } catch let error as SQLiteError {
            throw DatabaseError(error, path: path)
        } catch {
            throw .cannotOpen(path: path, SQLiteError(code: SQLITE_ERROR, message: "\(error)"))
        }
    }

    /// `Writer.write`.
    @discardableResult
    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        try await writer.write(body)
    }

    /// `ReaderPool.read`.
    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        try await readers.read(body)
    }

    /// `ReaderPool.readNow`.
    package func readNow<Value: Sendable>(
        _ body: @Sendable (Connection) throws -> Value
    ) throws -> Value {
        try readers.readNow(body)
    }

    /// Answers what was asked, then closes every connection and gives up the lock.
    package func close() async {
        await readers.close()
        await writer.close()
        lock.withLock { $0 = nil }
    }
}
