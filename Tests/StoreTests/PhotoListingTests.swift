import Domain
import Store
import Testing

/// What administrators find.
@Suite struct PhotoListingTests {
    private static let now = Time(milliseconds: 10 * 86_400_000)

    /// Three records: of an account, of a fingerprint and of nobody; the second expired, the third never expires.
    private static func filled() async throws -> TemporaryStore {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await store.write { tables in
            try tables.users.insert(
                User(
                    id: "u-1", email: "ada@example.org", username: "Countess", role: .user,
                    isActive: true, createdAt: now), passwordHash: nil)
        }
        var first = Sample.photo(
            1, blob: Sample.blob(1), owner: .user("u-1"), createdAt: now.milliseconds - 1000,
            expiresAt: now.milliseconds)
        first.ownerName = "ada"
        first.visionModel = "gpt"
        try await store.add(first)
        try await store.add(
            Sample.photo(
                2, blob: Sample.blob(2), owner: .fingerprint("Secret_50%"), createdAt: 0,
                expiresAt: now.milliseconds - 1))
        var third = Sample.photo(3, blob: Sample.blob(3), createdAt: now.milliseconds - 500)
        third.address = "2001:DB8::7"
        try await store.add(third)
        try await store.write { try $0.photos.select(code: "old-boats", in: 3, at: now) }
        return temporary
    }

    private static func found(
        _ filter: PhotoFilter, in store: DataStore
    ) async throws -> [String] {
        try await store.read { tables in
            let found = try tables.photos.listings(filter, at: now, limit: 10, offset: 0)
            #expect(try tables.photos.count(filter, at: now) == found.count)
            return found.map { String($0.summary.uuid.suffix(1)) }
        }
    }

    @Test(
        arguments: [
            (PhotoFilter(), "312"), (PhotoFilter(storage: .s3), ""),
            (PhotoFilter(storage: .local), "312"), (PhotoFilter(model: "gpt"), "1"),
            (PhotoFilter(status: .active), "1"), (PhotoFilter(status: .expired), "2"),
            (PhotoFilter(status: .never), "3"), (PhotoFilter(days: 7), "31"),
            (PhotoFilter(search: "photo-2"), "2"), (PhotoFilter(search: "S-3"), "3"),
            (PhotoFilter(search: "ADA"), "1"), (PhotoFilter(search: "example.org"), "1"),
            (PhotoFilter(search: "countess"), "1"), (PhotoFilter(search: "secret_5"), "2"),
            (PhotoFilter(search: "0%"), "2"), (PhotoFilter(search: "t%5"), ""),
            (PhotoFilter(search: "f:"), ""), (PhotoFilter(search: "2001:db8"), "3"),
            (PhotoFilter(search: "old-b"), "3"), (PhotoFilter(search: "' OR 1=1 --"), ""),
        ] as [(PhotoFilter, String)])
    func `records are found by filter and by part of a text`(
        filter: PhotoFilter, numbers: String
    ) async throws {
        let temporary = try await Self.filled()
        #expect(try await Self.found(filter, in: temporary.store).joined() == numbers)
    }

    @Test func `records are found by their hashes`() async throws {
        let temporary = try await Self.filled()
        var filter = PhotoFilter(search: "no such text")
        filter.md5 = Sample.digest(2, 16)
        #expect(try await Self.found(filter, in: temporary.store) == ["2"])
        filter.md5 = nil
        filter.phash = 3
        #expect(try await Self.found(filter, in: temporary.store) == ["3"])
    }

    @Test func `models are listed once, in order`() async throws {
        let temporary = try await Self.filled()
        let models = try await temporary.store.read { try $0.photos.visionModels() }
        #expect(models == ["gpt", "m"])
        let empty = try TemporaryStore()
        #expect(try await empty.store.read { try $0.photos.visionModels() }.isEmpty)
    }
}
