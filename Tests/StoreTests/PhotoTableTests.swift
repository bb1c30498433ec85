import Domain
import Store
import Testing

@Suite struct PhotoTableTests {
    let ada = Identity.fingerprint("ada")
    let bob = Identity.user("bob")

    @Test func `a stored photo comes back as it went in`() async throws {
        let temporary = try TemporaryStore()
        var photo = Sample.photo(
            1, blob: Sample.blob(1), owner: ada, expiresAt: 5000,
            suggestions: [Suggestion(name: "A \"b\"\n", key: "a-b", description: "é\\")])
        photo.caption = .init(
            text: CaptionText(title: "T", category: "C", visibleText: "", caption: "Full."),
            model: "cm", generatedAt: Time(milliseconds: 7), usage: .zero)
        photo.suggestionsEmbedding = .init(slot: 3, generatedAt: Time(milliseconds: 8))
        try await temporary.store.add(photo)
        let read = try await temporary.store.read { try $0.photos.find(uuid: "photo-1") }
        photo.blob.id = 1
        #expect(read == photo)
        #expect(read?.suggestions.items == photo.suggestions.items)
    }

    @Test func `an exact match is the same bytes and not expired`() async throws {
        let temporary = try TemporaryStore()
        try await temporary.store.add(Sample.photo(1, blob: Sample.blob(1), expiresAt: 5000))
        let blob = Sample.blob(1)
        let found = try await temporary.store.read { tables in
            try [4999, 5000, 5001].map { now in
                try tables.photos.find(
                    sha256: blob.sha256, md5: blob.md5, at: Time(milliseconds: now))?.id
            }
        }
        #expect(found == [1, 1, nil])
    }

    @Test func `records are listed by when they became the reader's`() async throws {
        let temporary = try TemporaryStore()
        for number in 1...3 {
            try await temporary.store.add(
                Sample.photo(
                    Int64(number), blob: Sample.blob(number), owner: number == 2 ? bob : ada,
                    createdAt: Int64(number) * 100))
        }
        let listed = try await temporary.store.write { tables in
            try tables.photos.addViewer(ada, to: 2, at: Time(milliseconds: 900))
            // Seen again later: the place in the list stays.
            try tables.photos.addViewer(ada, to: 2, at: Time(milliseconds: 50))
            try tables.photos.addViewer(ada, to: 1, at: Time(milliseconds: 950))
            return try tables.photos.summaries(of: ada, limit: 10, offset: 0).map(\.uuid)
        }
        #expect(listed == ["photo-2", "photo-3", "photo-1"])
        let standing = try await temporary.store.read { tables in
            try [1, 2].map { try tables.photos.ownership(of: $0, by: ada) }
        }
        #expect(standing == [true, false])
    }

    @Test func `a blob stays until its last record is gone`() async throws {
        let temporary = try TemporaryStore()
        try await temporary.store.add(Sample.photo(1, blob: Sample.blob(1)))
        let outcome = try await temporary.store.write { tables -> [[StoredFile]] in
            var second = Sample.photo(2, blob: Sample.blob(1))
            second.blob.id = 1
            try tables.photos.insert(
                second, raw: .init(standIn: "s-2", vision: "", caption: nil))
            try tables.photos.delete(1)
            let first = try tables.blobs.release(1).files
            try tables.photos.delete(2)
            return [first, try tables.blobs.release(1).files]
        }
        #expect(outcome == [[], [.local("photo_analysis/1.jpg"), .local("thumbnails/1.jpg")]])
    }

    @Test func `expired records come oldest first, each page after the last`() async throws {
        let temporary = try TemporaryStore()
        for (number, expiry) in [(1, 300), (2, 100), (3, 200), (4, 900)] {
            try await temporary.store.add(
                Sample.photo(
                    Int64(number), blob: Sample.blob(number), expiresAt: Int64(expiry)))
        }
        let now = Time(milliseconds: 500)
        let pages = try await temporary.store.read { tables in
            let first = try tables.photos.expired(before: now, after: nil, limit: 2)
            let last = first.last.map { ($0.expiresAt ?? now, $0.id) }
            return [
                first.map(\.id),
                try tables.photos.expired(before: now, after: last, limit: 2).map(\.id),
            ]
        }
        #expect(pages == [[2, 3], [1]])
    }

    @Test func `rooms are reached by suggestions and by the last choice`() async throws {
        let temporary = try TemporaryStore()
        try await temporary.store.add(
            Sample.photo(
                1, blob: Sample.blob(1),
                suggestions: [
                    Suggestion(name: "A", key: "a", description: ""),
                    Suggestion(name: "B", key: "b", description: ""),
                ]))
        let reached = try await temporary.store.write { tables -> [[String]] in
            for (code, access, isActive) in [
                ("a", Room.Access.public, true), ("b", .private, true), ("c", .public, true),
                ("d", .public, false),
            ] {
                _ = try tables.rooms.insert(
                    Room(
                        id: 0, uuid: "r-\(code)", code: code, name: code, description: "",
                        access: access, isActive: isActive, messageCount: 0,
                        createdAt: Time(milliseconds: 0)))
            }
            let before = try tables.rooms.reached(fromPhoto: 1).map(\.code)
            try tables.photos.select(code: "c", in: 1, at: Time(milliseconds: 5))
            return [before, try tables.rooms.reached(fromPhoto: 1).map(\.code).sorted()]
        }
        #expect(reached == [["a"], ["a", "c"]])
    }
}
