import Foundation
import HTTP
import HTTPClient
import SQLite

/// The gallery's lists with a hundred thousand records behind them, asked over loopback.
enum GalleryLists {
    private static let records = 100_000
    private static let limit = 20.0
    private static let turns = 21

    static func main(_ arguments: [String]) async -> Int32 {
        let scratch = ".build/bench" + "/lists-\(ProcessInfo.processInfo.processIdentifier)"
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        do {
            print(Figure.table(try await measure(scratch)))
            return 0
        } catch {
            note("tintype-bench: \(error)")
            return 1
        }
    }

    /// Each kind of list, its first page and its last, as large as pages can be.
    private static let queries = [
        ("everything", ""), ("everything, last page", "?limit=1000&offset=89000"),
        ("one user of half", "?user_id=ada"), ("intent of half", "?intent=odd"),
        ("intent and user", "?intent=odd&user_id=ada"), ("tag of half", "?tag=half"),
        ("tag and intent, nothing", "?tag=half&intent=even"),
        ("session", "?session_id=s1"), ("message", "?message_id=m777"),
        ("the trash", "deleted/"), ("twenty", "?limit=20"),
    ]

    private static func measure(_ scratch: String) async throws -> [Figure] {
        // The daemon itself makes the tables.
        try await BenchDaemon(scratch).stop()
        note("storing \(records) records …")
        try fill(scratch + "/tintype.db")
        let daemon = try await BenchDaemon(scratch)
        defer { daemon.stop() }
        let client = HTTPClient()
        return try await queries.asyncMap { name, query in
            let url = daemon.url + "/v1/gallery/" + query
            var samples = Samples()
            var total = ""
            for _ in 0..<turns {
                let answer = try await samples.measure {
                    try await client.send(ClientRequest(.get, url))
                }
                guard answer.status == .ok else {
                    throw BenchFailure("\(url) was answered \(answer.status.code)")
                }
                total = answer.fields["X-Total-Count"] ?? "?"
            }
            return Figure(
                work: "GET gallery list of \(records) records: \(name) (\(total))",
                goal: "≤ \(limit.text(0)) ms", ours: samples.text("ms", decimals: 1),
                isReached: samples.median <= limit)
        }
    }

    private static func fill(_ path: String) throws {
        let database = try Connection(path: path)
        try database.execute("BEGIN")
        for number in 0..<records {
            let id = UUID().uuidString.lowercased()
            let owner = number % 2 == 1 ? "ada" : "user-\(number % 50)"
            let intent = number % 2 == 1 ? "odd" : "even"
            let isDeleted = number % 10 == 0
            let moment = 1_772_366_400_000 + number / 3
            try database.execute(
                """
                INSERT INTO gallery_images (id, uuid, user_id, owner_key, image_url,
                    refined_prompt, intent, metadata, session_id, message_id, tags, created_at,
                    updated_at, deleted_at, is_deleted)
                VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, '{}', ?7, ?8, ?9, ?10, ?10, ?11, ?12)
                """,
                number + 1, id, owner, "https://res.example.com/\(id).jpg",
                "a harbour in the evening light, oil on canvas, number \(number)", intent,
                "s\(number % 20)", "m\(number)", number % 2 == 1 ? "half" : "rest", moment,
                isDeleted ? moment : nil, isDeleted)
            try database.execute(
                """
                INSERT INTO gallery_tags
                    (tag, is_deleted, created_at, uuid, owner_key, intent, image_id)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                number % 2 == 1 ? "half" : "rest", isDeleted, moment, id, owner, intent,
                number + 1)
        }
        try database.execute("COMMIT")
    }
}

extension Array {
    fileprivate func asyncMap<T>(_ body: (Element) async throws -> T) async rethrows -> [T] {
        var results: [T] = []
        for element in self { results.append(try await body(element)) }
        return results
    }
}
