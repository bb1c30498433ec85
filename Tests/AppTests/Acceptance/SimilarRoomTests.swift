import Domain
import Foundation
import HTTP
import Testing

/// The live rooms of photos like one photo (§8).
@Suite struct SimilarRoomTests {
    /// Uploads a photo whose vector lies at `distance` from the first axis.
    private static func upload(
        _ daemon: TestDaemon, _ number: Int, at distance: Double, as asker: Asker,
        _ titles: [String] = RecordingProvider.titles
    ) async throws -> Answer {
        daemon.provider.on(.embedding) { _, _ in .vector(RecordingProvider.vector(distance)) }
        daemon.provider.on(.suggestions) { _, _ in
            .content(RecordingProvider.suggestions(titles))
        }
        return try await daemon.upload(Picture.unique(number), as: asker)
    }

    private static func titles(_ first: String) -> [String] {
        (0..<10).map { $0 == 0 ? first : "\(first) \($0)" }
    }

    /// A daemon with a photo of F1 on the axis and F1 in its room `fishing`.
    private static func withRoom(
        _ settings: [String: String] = [:],
        _ body: (TestDaemon, _ photo: String) async throws -> Void
    ) async throws {
        try await TestDaemon.run(settings: settings) { daemon in
            let first = try await upload(daemon, 0, at: 0, as: "F1")
            let id = first["analysis.id"]?.string ?? ""
            _ = try await daemon.choose("fishing", from: id, as: "F1")
            try await body(daemon, id)
        }
    }

    @Test func `row 39: the room of a photo near by is found`() async throws {
        try await Self.withRoom { daemon, id in
            let second = try await Self.upload(
                daemon, 1, at: 0.1, as: "F2", Self.titles("Other"))
            #expect(second["similar_rooms"]?.array?.count == 1)
            let room = second["similar_rooms.0"]
            #expect(
                room?.object?.map(\.key) == [
                    "room_id", "room_code", "room_name", "room_url", "active_users",
                    "similarity_distance", "source_photo_id",
                ])
            #expect(room?["room_code"]?.string == "fishing")
            #expect(room?["room_name"]?.string == "Fishing")
            #expect(room?["room_url"]?.string == "/chat/discover/fishing")
            #expect(room?["similarity_distance"]?.double == 0.1)
            #expect(room?["active_users"]?.int == 1)
            let source = room?["source_photo_id"]?.string ?? ""
            #expect(source != id && UUID(uuidString: source) != nil)
            for path in ["", "image/"] {
                let opened = try await daemon.get("/api/photo-analysis/\(source)/\(path)")
                #expect(opened.status == 404)
            }
            let own = try await Self.upload(daemon, 2, at: 0.1, as: "F1", Self.titles("Own"))
            #expect(own["similar_rooms.0.source_photo_id"]?.string == id)
        }
    }

    @Test func `row 40: a duplicate is searched afresh`() async throws {
        try await Self.withRoom { daemon, _ in
            _ = try await Self.upload(daemon, 1, at: 0.1, as: "F2", Self.titles("Other"))
            let again = try await daemon.upload(Picture.unique(1), as: "F2")
            #expect(again.status == 200 && again["similar_rooms"]?.array?.count == 1)
            _ = try await daemon.send(
                .post, "/api/chats/discover/fishing/leave/", as: "F1")
            let left = try await daemon.upload(Picture.unique(1), as: "F2")
            #expect(left.status == 200 && left["similar_rooms"] == .array([]))
            try await daemon.set("PHOTO_SIMILARITY_MIN_USERS", "0")
            let all = try await daemon.upload(Picture.unique(1), as: "F2")
            #expect(all["similar_rooms.0.active_users"]?.int == 0)
        }
    }

    @Test func `row 41: a similar room can be chosen without being suggested`() async throws {
        let settings = ["PHOTO_SIMILARITY_MAX_RESULTS": "0", "PHOTO_SIMILARITY_MIN_USERS": "9"]
        try await Self.withRoom(settings) { daemon, _ in
            let second = try await Self.upload(
                daemon, 1, at: 0.1, as: "F2", Self.titles("Other"))
            #expect(second["similar_rooms"] == .array([]))
            let id = second["analysis.id"]?.string ?? ""
            let chosen = try await daemon.choose("fishing", from: id, as: "F2")
            #expect(chosen.status == 200 && chosen["chat_room.active_users"]?.int == 2)
            let detail = try await daemon.get("/api/photo-analysis/\(id)/", as: "F2")
            #expect(detail["selected_suggestion_code"]?.string == "fishing")
            // Now the room is reached over this photo too, by the code that was chosen.
            try await daemon.set("PHOTO_SIMILARITY_MAX_RESULTS", "5")
            try await daemon.set("PHOTO_SIMILARITY_MIN_USERS", "1")
            let third = try await Self.upload(daemon, 2, at: 0.1, as: "F2", Self.titles("Third"))
            #expect(third["similar_rooms.0.similarity_distance"]?.double == 0)
            #expect(third["similar_rooms.0.source_photo_id"]?.string == id)
        }
    }

    @Test(arguments: [
        (0.0, 0.0, false), (0.29, 0.3, true), (0.31, 0.3, false), (0.0, 0.01, true),
        (0.9, 1.0, true),
    ])
    func `row 42: only what is closer than the limit is found`(
        distance: Double, limit: Double, isFound: Bool
    ) async throws {
        try await Self.withRoom(["PHOTO_SIMILARITY_MAX_DISTANCE": "\(limit)"]) { daemon, _ in
            let answer = try await Self.upload(
                daemon, 1, at: distance, as: "F2", Self.titles("Other"))
            #expect(answer["similar_rooms"]?.array?.count == (isFound ? 1 : 0))
            if isFound {
                let found = answer["similar_rooms.0.similarity_distance"]?.double
                #expect(abs((found ?? 9) - distance) < 0.000_002)
            }
        }
    }

    @Test func `row 43: what is private, closed, expired or deleted is not found`() async throws {
        try await Self.withRoom(["IMAGE_TTL_HOURS": "1"]) { daemon, id in
            let admin = Asker.token(try await daemon.account("a@example.org", role: .admin))
            func found() async throws -> Int? {
                let again = try await daemon.upload(Picture.unique(1), as: "F2")
                return again["similar_rooms"]?.array?.count
            }
            try await daemon.set("IMAGE_TTL_HOURS", "100")
            _ = try await Self.upload(daemon, 1, at: 0.1, as: "F2", Self.titles("Other"))
            #expect(try await found() == 1)
            for (change, count) in [
                (#"{"access_mode":"private"}"#, 0), (#"{"access_mode":"public"}"#, 1),
                (#"{"is_active":false}"#, 0), (#"{"is_active":true}"#, 1),
            ] {
                _ = try await daemon.send(
                    .patch, "/api/chats/discover/fishing/", as: admin,
                    fields: [.contentType: "application/json"], body: Array(change.utf8))
                #expect(try await found() == count)
            }
            daemon.clock.advance(3599)
            #expect(try await found() == 1)
            daemon.clock.advance(2)
            #expect(try await found() == 0)
            daemon.clock.advance(-3000)
            #expect(try await found() == 1)
            let gone = try await daemon.send(.delete, "/api/photo-analysis/\(id)/", as: "F1")
            #expect(gone.status == 204)
            #expect(try await found() == 0)
            #expect(try await daemon.get("/api/chats/discover/fishing/").status == 200)
        }
    }

    @Test func `row 44: at one distance more active rooms come first, then their codes`()
        async throws
    {
        let titles = ["Delta", "Alpha", "Echo", "Bravo", "Charlie", "Foxtrot", "Golf"]
        try await TestDaemon.run { daemon in
            for number in 0..<2 {
                _ = try await Self.upload(daemon, number, at: 0, as: "F1", titles)
            }
            let recent = try await daemon.get("/api/photo-analysis/recent/", as: "F1")
            let id = recent["0.id"]?.string ?? ""
            for title in titles {
                _ = try await daemon.choose(title.lowercased(), from: id, as: "F1")
            }
            for fingerprint in ["F2", "F3"] {
                _ = try await daemon.post(
                    "/api/chats/discover/echo/join/", as: .fingerprint(fingerprint), "{}")
            }
            _ = try await daemon.post("/api/chats/discover/delta/join/", as: "F2", "{}")
            let answer = try await Self.upload(daemon, 9, at: 0.2, as: "F9", Self.titles("Other"))
            let codes = answer["similar_rooms"]?.array?.compactMap { $0["room_code"]?.string }
            #expect(codes == ["echo", "delta", "alpha", "bravo", "charlie"])
            try await daemon.set("PHOTO_SIMILARITY_MAX_RESULTS", "50")
            let all = try await daemon.upload(Picture.unique(9), as: "F9")
            #expect(all["similar_rooms"]?.array?.count == 7)
        }
    }

    @Test func `only vectors of the same model are compared`() async throws {
        try await Self.withRoom { daemon, _ in
            try await daemon.set("EMBEDDING_MODEL", "another")
            let other = try await Self.upload(daemon, 1, at: 0, as: "F2", Self.titles("Other"))
            #expect(other["similar_rooms"] == .array([]))
        }
    }

    @Test func `a restart finds the same rooms`() async throws {
        let folder = try TemporaryFolder()
        let clock = TestClock()
        try await TestDaemon.run(clock: clock, folder: folder) { daemon in
            let first = try await Self.upload(daemon, 0, at: 0, as: "F1")
            let id = first["analysis.id"]?.string ?? ""
            _ = try await daemon.choose("fishing", from: id, as: "F1")
            _ = try await Self.upload(daemon, 1, at: 0.1, as: "F2", Self.titles("Other"))
        }
        try await TestDaemon.run(clock: clock, folder: folder) { daemon in
            let again = try await daemon.upload(Picture.unique(1), as: "F2")
            #expect(again.status == 200)
            #expect(again["similar_rooms.0.similarity_distance"]?.double == 0.1)
        }
    }
}
