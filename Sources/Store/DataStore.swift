import Domain
import SQLite

/// The database of the daemon: tables in, values out.
///
/// Writes are grouped into few commits by the one writer; reads see one consistent snapshot each.
package struct DataStore: Sendable {
    private let database: Database
    /// Told after each commit that made a job ready or changed what waits.
    package let jobSignal = JobSignal()

    /// Opens or creates the database at `path` and brings its schema up to date.
    package init(path: String, readers: Int) throws(DatabaseError) {
        database = try Database(
            path: path,
            migrator: Migrator(
                applicationID: Migrations.applicationID, migrations: Migrations.all),
            readers: readers)
    }

    /// Runs `body` in a transaction of its own; when this returns its changes are durable.
    package func write<T: Sendable>(
        _ body: @escaping @Sendable (Tables) throws -> T
    ) async throws -> T {
        do {
            let (value, hasJobs) = try await database.write { db in
                let effects = Tables.Effects()
                let value = try body(Tables(db: db, effects: effects))
                return (value, effects.hasJobs)
            }
            if hasJobs { jobSignal.send() }
            return value
        } catch let error as SQLiteError where error.isFull {
            throw Failure(.storageFull, "There is no space left on the disk of the database.")
        }
    }

    /// Runs `body` on a snapshot, on a thread that may wait for the disk.
    package func read<T: Sendable>(
        _ body: @escaping @Sendable (Tables) throws -> T
    ) async throws -> T {
        try await database.read { try body(Tables(db: $0)) }
    }

    /// Runs a point read of microseconds on the calling thread.
    package func readNow<T: Sendable>(_ body: @Sendable (Tables) throws -> T) throws -> T {
        try database.readNow { try body(Tables(db: $0)) }
    }

    /// What SQLite finds wrong in the file and in the references between its rows; at most twenty complaints of each.
    ///
    /// Reads the whole file, on one snapshot.
    package func examine() async throws -> [String] {
        try await database.read { db in
            // One row can hold several lines below a heading that names the file.
            let damage = try db.all("PRAGMA integrity_check(20)") { try $0[0] as String }
                .flatMap { $0.split(separator: "\n").map(String.init) }
                .filter { $0 != "ok" && !$0.hasPrefix("***") }
            let lost = try db.all("PRAGMA foreign_key_check") { row in
                "a row of \(try row[0] as String) refers to a row of \(try row[2] as String) that is not there"
            }
            return damage + lost.prefix(20)
        }
    }

    /// Writes what is left in the log into the database file and closes it.
    package func close() async {
        await database.close()
    }
}

/// The tables as one transaction sees them.
package struct Tables {
    let db: Connection
    /// What has to follow once the transaction is durable; nil where nothing can be written.
    let effects: Effects?

    final class Effects {
        var hasJobs = false
    }

    init(db: Connection, effects: Effects? = nil) {
        self.db = db
        self.effects = effects
    }

    /// Runs `body` so that its changes alone are undone when it throws.
    package func attempt<T>(_ body: (Tables) throws -> T) throws -> T {
        try db.inSavepoint { try body(self) }
    }

    package var users: UserTable { UserTable(db: db) }
    package var tokens: TokenTable { TokenTable(db: db) }
    package var settings: SettingTable { SettingTable(db: db) }
    package var secrets: SecretTable { SecretTable(db: db) }
    package var audit: AuditTable { AuditTable(db: db) }
    package var rates: RateTable { RateTable(db: db) }
    package var idempotency: IdempotencyTable { IdempotencyTable(db: db) }
    package var blobs: BlobTable { BlobTable(db: db) }
    package var renditions: RenditionTable { RenditionTable(db: db) }
    package var facts: PictureFactsTable { PictureFactsTable(db: db) }
    package var embeddings: EmbeddingTable { EmbeddingTable(db: db) }
    package var usage: UsageTable { UsageTable(db: db) }
    package var processing: ProcessingTable { ProcessingTable(db: db) }
    package var storedPhotos: StoredPhotoTable { StoredPhotoTable(db: db) }
    package var photos: PhotoTable { PhotoTable(db: db) }
    package var jobs: JobTable { JobTable(db: db, effects: effects) }
    package var queues: QueueTable { QueueTable(db: db) }
    package var schedules: ScheduleTable { ScheduleTable(db: db) }
    package var rooms: RoomTable { RoomTable(db: db) }
    package var members: MemberTable { MemberTable(db: db) }
    package var gallery: GalleryTable { GalleryTable(db: db) }
    package var sessions: SessionTable { SessionTable(db: db) }
    package var requestLogs: RequestLogTable { RequestLogTable(db: db) }
    package var requestImages: RequestImageTable { RequestImageTable(db: db) }
    package var requestSums: RequestSumTable { RequestSumTable(db: db) }
    package var health: HealthTable { HealthTable(db: db) }
    package var messages: MessageTable { MessageTable(db: db) }

    /// Runs `action` once the transaction is on the disk, in the order of the commits; it must return at once.
    package func afterCommit(_ action: @escaping @Sendable () -> Void) {
        db.afterCommit(action)
    }
}
