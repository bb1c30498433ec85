import SQLite

/// The schema's history, in order; a step is never changed once released.
enum Migrations {
    /// "Tint" in ASCII: marks the file as Tintype's.
    static let applicationID: Int32 = 0x5469_6e74

    static let all = [
        Migration(version: 1, name: "foundation and photo analysis", sql: first),
        Migration(version: 2, name: "jobs", sql: jobs),
        Migration(version: 3, name: "messages in rooms", sql: messages),
        Migration(version: 4, name: "contents, embeddings, ledger", sql: contents),
        Migration(version: 5, name: "processing", sql: processing),
        Migration(version: 6, name: "photos", sql: photos),
        Migration(version: 7, name: "gallery", sql: gallery),
        Migration(version: 8, name: "request log and sessions", sql: requests),
    ]
}
