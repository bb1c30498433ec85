import Domain
import SQLite

// Every list walks one index from its end, in the order in which it is shown; the other conditions are looked at in the
// entries of that index, or in the row where few are left to look at.

extension GalleryTable {
    /// A page of records, newest first, of equal age by descending id.
    package func page(_ filter: GalleryFilter, limit: Int, offset: Int) throws -> [GalleryImage] {
        let query = GalleryQuery(filter)
        let ids = try db.all(query.page, arguments: query.arguments + [limit, offset]) {
            try $0[0] as Int64
        }
        return try ids.compactMap { try find(id: $0) }
    }

    /// How many records there are in all pages.
    package func count(_ filter: GalleryFilter) throws -> Int {
        let query = GalleryQuery(filter)
        return try db.all(query.count, arguments: query.arguments) { try $0[0] as Int }
            .reduce(0, +)
    }
}

/// The SQL of a list.
package struct GalleryQuery {
    /// What stands behind SELECT: one for each owner where the index of owners is walked, else one.
    private var branches: [(id: String, source: String)] = []
    package private(set) var arguments: [(any SQLiteValueConvertible)?] = []

    package init(_ filter: GalleryFilter) {
        // The narrowest comes first: its index is the one to walk.
        let exact = [
            ("message_id", filter.messageID), ("session_id", filter.sessionID),
            ("tag", filter.tag), ("intent", filter.intent),
        ].compactMap { name, value in value.map { Comparison(column: name, value: $0) } }
        let owners = Set(filter.owners).sorted()
        if exact.isEmpty, !owners.isEmpty {
            for owner in owners {
                add([Comparison(column: "owner_key", value: owner)], filter.isDeleted, [])
            }
        } else {
            add(exact, filter.isDeleted, owners)
        }
    }

    /// Ids of a page; limit and offset are bound behind the arguments.
    package var page: String {
        branches.map { "SELECT \($0.id), w.created_at, w.uuid FROM \($0.source)" }
            .joined(separator: " UNION ALL ") + " ORDER BY 2 DESC, 3 DESC LIMIT ? OFFSET ?"
    }

    /// A number for each branch.
    package var count: String {
        branches.map { "SELECT count(*) FROM \($0.source)" }.joined(separator: " UNION ALL ")
    }

    private struct Comparison {
        let column: String
        let value: String
    }

    private mutating func add(
        _ comparisons: [Comparison], _ isDeleted: Bool, _ owners: [String]
    ) {
        let isByTag = comparisons.first?.column == "tag"
        var conditions = ["w.is_deleted = ?"]
        arguments.append(isDeleted)
        for (place, comparison) in comparisons.enumerated() {
            arguments.append(comparison.value)
            if place == 0 {
                conditions.append("w.\(comparison.column) = ?")
            } else if comparison.column == "tag" {
                conditions.append(
                    "EXISTS (SELECT 1 FROM gallery_tags t WHERE t.image_id = w.id AND t.tag = ?)")
            } else {
                // An expression, so that the planner does not walk this column's index instead.
                conditions.append("w.\(comparison.column) || '' = ?")
            }
        }
        if !owners.isEmpty {
            let marks = owners.map { _ in "?" }.joined(separator: ", ")
            conditions.append("w.owner_key || '' IN (\(marks))")
            for owner in owners { arguments.append(owner) }
        }
        let source = isByTag ? "gallery_tags w" : "gallery_images w"
        branches.append(
            (
                isByTag ? "w.image_id" : "w.id",
                source + " WHERE " + conditions.joined(separator: " AND ")
            ))
    }
}
