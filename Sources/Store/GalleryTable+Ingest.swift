import Domain
import SQLite

// A local copy belongs to the job that makes it: what another one left undone changes nothing any more.

extension GalleryTable {
    /// Starts a copy anew; the bytes of an earlier one are no longer referred to.
    package func requestIngest(_ id: Int64, job: String, url: String) throws {
        try db.execute(
            """
            UPDATE gallery_images SET ingest_status = 'queued', ingest_job = ?, ingest_url = ?,
                ingest_error = NULL, ingested_at = NULL, blob_id = NULL
            WHERE id = ?
            """, job, url, id)
    }

    /// Notes how far a copy is; false if the job is not the one that makes it.
    @discardableResult
    package func setIngest(
        _ id: Int64, job: String, _ status: GalleryIngest.Status, error: String? = nil,
        at moment: Time? = nil
    ) throws -> Bool {
        try db.execute(
            """
            UPDATE gallery_images SET ingest_status = ?, ingest_error = ?, ingested_at = ?
            WHERE id = ? AND ingest_job = ?
            """, status.rawValue, error, moment?.milliseconds, id, job)
        return db.changes > 0
    }

    /// Names the bytes of a copy; false if the job is not the one that makes it.
    package func setContent(_ id: Int64, job: String, blob: Int64) throws -> Bool {
        try db.execute(
            "UPDATE gallery_images SET blob_id = ? WHERE id = ? AND ingest_job = ?", blob, id, job)
        return db.changes > 0
    }

    /// Marks copies as failed whose job has ended or gone without saying so; how many there were.
    package func failAbandonedIngests() throws -> Int {
        try db.execute(
            """
            UPDATE gallery_images SET ingest_status = 'failed', ingest_error = 'cancelled'
            WHERE ingest_status IN ('queued', 'running') AND NOT EXISTS (
                SELECT 1 FROM jobs j WHERE j.uuid = gallery_images.ingest_job
                AND j.state IN ('queued', 'running', 'retrying'))
            """)
        return db.changes
    }

    /// The records whose copies have those bytes.
    package func images(withBlob id: Int64) throws -> [GalleryImage] {
        try db.all(
            "SELECT \(Self.columns) FROM \(Self.source) WHERE g.blob_id = ?", id, row: Self.image)
    }
}
