import Foundation
import SQLite

/// A folder of its own for one test, gone when the test is.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/sqlite-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    var file: String { path + "/test.db" }

    /// A connection that writes ahead to `file`, which has what `schema` makes.
    func connection(
        schema: String = "", options: ConnectionOptions = .init()
    ) throws -> Connection {
        let connection = try Connection(path: file, options: options)
        try connection.enableWriteAheadLog()
        try connection.run(script: schema)
        return connection
    }

    /// A database at `file`; the schema is its first migration.
    func database(
        schema: String = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE) STRICT",
        options: ConnectionOptions = .init()
    ) throws -> Database {
        let first = Migration(version: 1, name: "first", sql: schema)
        return try Database(
            path: file, migrator: Migrator(applicationID: 7, migrations: [first]), options: options)
    }
}

/// An error that no library throws.
struct Refusal: Error, Equatable {}

extension TemporaryFolder {
    /// Size of a file beside `file`; throws when there is none.
    func size(ofSuffix suffix: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: file + suffix)
        return attributes[.size] as? Int ?? 0
    }

    /// Copies `file`, with its log or without, as they are at this moment.
    func copy(from other: TemporaryFolder, withLog: Bool = true) throws {
        for suffix in withLog ? ["", "-wal"] : [""] {
            try FileManager.default.copyItem(atPath: other.file + suffix, toPath: file + suffix)
        }
    }
}
