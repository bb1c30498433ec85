import Domain
import Services
import Store
import Testing

@Suite struct SettingsServiceTests {
    private func service(
        _ store: DataStore, pinned: SettingSet = SettingSet()
    ) async throws -> SettingsService {
        try await SettingsService(store: store, clock: ManualClock().source, pinned: pinned)
    }

    @Test func `a change is in force at once and after a restart`() async throws {
        let temporary = try TemporaryStore()
        let first = try await service(temporary.store)
        #expect(first.current[.maxDistance] == 0.3)
        try await first.set("photo_similarity_max_distance", to: " 0.45 ", actor: "test")
        #expect(first.current[.maxDistance] == 0.45)
        #expect(try await service(temporary.store).current[.maxDistance] == 0.45)
    }

    @Test(arguments: [
        ("PHOTO_SIMILARITY_MAX_DISTANCE", "1.01"), ("PHOTO_ANALYSIS_PHASH_THRESHOLD", "17"),
        ("PHOTO_ANALYSIS_PHASH_THRESHOLD", "5.5"), ("PHOTO_ANALYSIS_PROVIDER", "oracle"),
        ("PHOTO_ANALYSIS_PROMPT", ""), ("NO_SUCH_SETTING", "1"), ("TINTYPE_LISTEN", ":80"),
    ])
    func `what is out of range is refused and changes nothing`(
        change: (name: String, value: String)
    ) async throws {
        let temporary = try TemporaryStore()
        let settings = try await service(temporary.store)
        await #expect(throws: Failure.self) {
            try await settings.set(change.name, to: change.value, actor: "test")
        }
        #expect(settings.current == .defaults)
    }

    @Test func `what the environment pins wins and says so`() async throws {
        let temporary = try TemporaryStore()
        let open = try await service(temporary.store)
        try await open.set("PHOTO_ANALYSIS_PHASH_THRESHOLD", to: "9", actor: "test")
        var pinned = SettingSet()
        pinned.set(try #require(Setting.named("PHOTO_ANALYSIS_PHASH_THRESHOLD")), to: .integer(3))
        let settings = try await service(temporary.store, pinned: pinned)
        #expect(settings.current[.phashThreshold] == 3)
        #expect(try await settings.entry("PHOTO_ANALYSIS_PHASH_THRESHOLD").source == .pinned)
        await #expect(throws: Failure.self) {
            try await settings.set("PHOTO_ANALYSIS_PHASH_THRESHOLD", to: "4", actor: "test")
        }
    }
}
