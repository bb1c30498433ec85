import Domain
import SQLite
import Store
import Testing

@Suite struct GalleryTableTests {
    /// Every list there can be, by the names of its conditions.
    private static let filters: [(name: String, filter: GalleryFilter)] = {
        let conditions: [(String, (inout GalleryFilter) -> Void)] = [
            ("owner", { $0.owners = ["ada"] }),
            ("owners", { $0.owners = ["ada", "ada@example.org"] }),
            ("intent", { $0.intent = "i" }), ("tag", { $0.tag = "t" }),
            ("session", { $0.sessionID = "s" }), ("message", { $0.messageID = "m" }),
            ("deleted", { $0.isDeleted = true }),
        ]
        return (0..<1 << conditions.count).map { bits in
            var filter = GalleryFilter()
            var names: [String] = []
            for (place, condition) in conditions.enumerated() where bits >> place & 1 == 1 {
                condition.1(&filter)
                names.append(condition.0)
            }
            return (names.joined(separator: "+"), filter)
        }
    }()

    @Test func `no list scans a table or sorts`() async throws {
        let temporary = try TemporaryStore()
        await temporary.store.close()
        let connection = try Connection(path: temporary.folder + "/test.db")
        for (name, filter) in Self.filters {
            let query = GalleryQuery(filter)
            for (sql, arguments) in [
                (query.page, query.arguments + [10, 0]), (query.count, query.arguments),
            ] {
                let plan = try connection.all("EXPLAIN QUERY PLAN \(sql)", arguments: arguments) {
                    try $0[3] as String
                }
                #expect(
                    !plan.contains { $0.hasPrefix("SCAN") || $0.contains("TEMP B-TREE") },
                    "\(name): \(sql)\n\(plan)")
                let isByFilter = filter.messageID.map { _ in "by_message" }
                if let index = isByFilter {
                    #expect(plan.contains { $0.contains(index) }, "\(name): \(plan)")
                }
            }
        }
    }

    @Test func `every list shows what its conditions say, in order`() async throws {
        let temporary = try TemporaryStore()
        let images = (0..<200).map { image($0) }
        try await temporary.store.write { tables in
            for (number, image) in images.enumerated() {
                let stored = try tables.gallery.insert(image)
                if number % 5 == 0 {
                    try tables.gallery.setDeleted(stored.id, at: Time(milliseconds: 9000))
                }
            }
        }
        let filters = Self.filters.map(\.filter)
        let lists = try await temporary.store.read { tables in
            try filters.map { filter in
                (
                    try tables.gallery.page(filter, limit: 7, offset: 2).map(\.uuid),
                    try tables.gallery.count(filter)
                )
            }
        }
        for (filter, list) in zip(Self.filters, lists) {
            let expected = images.enumerated().filter { number, image in
                let filter = filter.filter
                return (number % 5 == 0) == filter.isDeleted
                    && (filter.owners.isEmpty || filter.owners.contains(image.ownerKey))
                    && (filter.intent == nil || filter.intent == image.intent)
                    && filter.tag.map(image.tags.contains) ?? true
                    && (filter.sessionID == nil || filter.sessionID == image.metadata.sessionID)
                    && (filter.messageID == nil || filter.messageID == image.metadata.messageID)
            }.map(\.element).sorted { ($0.createdAt, $0.uuid) > ($1.createdAt, $1.uuid) }
            #expect(list.1 == expected.count, "\(filter.name)")
            #expect(list.0 == expected.dropFirst(2).prefix(7).map(\.uuid), "\(filter.name)")
        }
    }

    @Test func `a record comes back as it went in`() async throws {
        let temporary = try TemporaryStore()
        var image = image(3)
        image.refinedPrompt = ""
        image.tags = ["a b", "ü"]
        image.metadata = GalleryMetadata(json: #"{"a":[1.50]}"#)
        let given = image
        let (id, read) = try await temporary.store.write { tables in
            let stored = try tables.gallery.insert(given)
            var changed = stored
            changed.tags = ["z"]
            changed.intent = nil
            try tables.gallery.update(changed)
            try tables.gallery.update(stored)
            try tables.gallery.addView(stored.id, at: Time(milliseconds: 77))
            return (stored.id, try tables.gallery.find(uuid: stored.uuid))
        }
        image.id = id
        image.viewCount = 1
        image.lastViewedAt = Time(milliseconds: 77)
        #expect(read == image)
        let tags = try await temporary.store.write { tables in
            var filter = GalleryFilter()
            let before = try ["z", "ü"].map { tag in
                filter.tag = tag
                return try tables.gallery.count(filter)
            }
            try tables.gallery.delete(id)
            return before + [try tables.gallery.count(filter)]
        }
        #expect(tags == [0, 1, 0])
    }

    private func image(_ number: Int) -> GalleryImage {
        GalleryImage(
            id: 0, uuid: "image-\(number * 37 % 200)",
            userID: ["Ada", "bob", "ada@example.org"][number % 3], url: "http://a/\(number)",
            refinedPrompt: "p", intent: number % 2 == 0 ? "i" : nil,
            metadata: GalleryMetadata(
                json: "{}", sessionID: number % 4 < 3 ? "s" : "other",
                messageID: number % 7 < 5 ? "m" : nil),
            tags: number % 3 < 2 ? ["t", "u"] : [],
            createdAt: Time(milliseconds: Int64(number / 4)),
            updatedAt: Time(milliseconds: 5), deletedAt: nil, viewCount: 0, lastViewedAt: nil)
    }
}
