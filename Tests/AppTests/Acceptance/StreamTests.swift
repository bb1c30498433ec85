import App
import Domain
import HTTP
import HTTPServer
import Services
import Testing

/// The live stream of a room (§10.5).
@Suite struct StreamTests {
    private static let path = "/api/chats/discover/fishing/"

    private static func write(_ text: String, _ daemon: TestDaemon, as asker: Asker = "F1")
        async throws
    {
        let answer = try await daemon.post(
            path + "messages/", as: asker, #"{"content":"\#(text)"}"#)
        #expect(answer.status == 201)
    }

    private static func join(_ name: String, _ daemon: TestDaemon, as asker: Asker) async throws {
        let answer = try await daemon.post(
            path + "join/", as: asker, #"{"display_name":"\#(name)"}"#)
        #expect(answer.status < 300)
    }

    private static func type(_ daemon: TestDaemon, as asker: Asker) async throws {
        _ = try await daemon.post(path + "heartbeat/", as: asker, #"{"typing":true}"#)
    }

    @Test func `row 55: message, typing and leave in order; a reconnect brings the missed alone`()
        async throws
    {
        try await MessageTests.withRoom { daemon in
            try await Self.join("Ben", daemon, as: "F2")
            let ann = try await daemon.listen(as: "F1")
            let ben = try await daemon.listen(query: "?fingerprint=F2")
            try await Self.type(daemon, as: "F2")
            try await Self.write("hello", daemon, as: "F2")
            _ = try await daemon.post(Self.path + "leave/", as: "F2", "{}")
            #expect(try await ann.has(4))
            #expect(ann.kinds == ["presence:snapshot", "typing", "message", "presence:leave"])
            #expect(ann.text.hasPrefix("retry: 3000\n\n"))
            let events = ann.events
            #expect(events[1].json["member"]?["display_name"]?.string == "Ben")
            #expect(events[1].json["until"]?.string == "2026-03-01T12:00:05.000Z")
            #expect(events[2].json["content"]?.string == "hello")
            #expect(events[2].json["is_own"] == .bool(false))
            #expect(events[2].id == events[2].json["id"]?.string)
            #expect(
                events[3].json.object?.map(\.key) == ["type", "member", "online", "active_users"])
            #expect(events[3].json["online"]?.int == 1)
            #expect(try await ben.has(3))
            #expect(ben.kinds == ["presence:snapshot", "message", "presence:leave"])
            #expect(ben.events[1].json["is_own"] == .bool(true))

            try await Self.write("two", daemon)
            try await Self.write("three", daemon)
            let id = events[2].id ?? ""
            for (query, fields) in [
                ("?last_event_id=\(id)", [:]), ("", ["Last-Event-ID": id] as Fields),
                // What the browser knows goes before what the address says.
                ("?last_event_id=none", ["Last-Event-ID": id] as Fields),
            ] {
                let again = try await daemon.listen(as: "F1", query: query, fields: fields)
                #expect(try await again.has(3))
                #expect(again.kinds == ["presence:snapshot", "message", "message"])
                #expect(again.events.compactMap { $0.json["content"]?.string } == ["two", "three"])
                #expect(again.events[1].json["is_own"] == .bool(true))
            }
            let stranger = try await daemon.listen(query: "?last_event_id=nope")
            try await Self.write("four", daemon)
            #expect(try await stranger.has(2))
            #expect(stranger.events[1].json["content"]?.string == "four")
        }
    }

    @Test func `a stream begins with who is there`() async throws {
        try await MessageTests.withRoom { daemon in
            daemon.clock.advance(100)
            try await Self.join("Ben", daemon, as: "F2")
            let stream = try await daemon.listen()
            let snapshot = stream.events.first?.json
            #expect(
                snapshot?.object?.map(\.key) == ["type", "members", "online", "active_users"])
            #expect(snapshot?["members"]?.array?.count == 1)
            #expect(snapshot?["members"]?[0]?["display_name"]?.string == "Ben")
            #expect(
                snapshot?["members"]?[0]?.object?.map(\.key)
                    == ["id", "display_name", "is_anonymous", "joined_at", "last_seen_at"])
            #expect(snapshot?["online"]?.int == 1 && snapshot?["active_users"]?.int == 2)
            #expect(!stream.text.contains("F2"))
        }
    }

    @Test func `members come, fall silent and are back`() async throws {
        try await MessageTests.withRoom { daemon in
            let stream = try await daemon.listen()
            try await Self.join("Ben", daemon, as: "F2")
            try await Self.join("Ben", daemon, as: "F2")
            #expect(try await stream.has(2))
            daemon.clock.advance(89)
            try await daemon.installation.rooms.announceOffline()
            _ = try await daemon.get(Self.path, as: "F2")
            daemon.clock.advance(2)
            for _ in 0..<3 { try await daemon.installation.rooms.announceOffline() }
            #expect(try await stream.has(3))
            daemon.clock.advance(1)
            _ = try await daemon.get(Self.path + "messages/", as: "F1")
            try await Self.join("Bob", daemon, as: "F2")
            #expect(try await stream.has(5))
            #expect(
                stream.kinds == [
                    "presence:snapshot", "presence:join", "presence:offline", "presence:online",
                    "presence:online",
                ])
            let names = stream.events.compactMap { $0.json["member"]?["display_name"]?.string }
            #expect(names == ["Ben", "Ann", "Ann", "Bob"])
            #expect(stream.events[2].json["online"]?.int == 1)
            #expect(stream.events[3].json["online"]?.int == 2)
        }
    }

    @Test func `an open stream counts as being there`() async throws {
        try await MessageTests.withRoom { daemon in
            daemon.clock.advance(100)
            let stream = try await daemon.listen(as: "F1")
            #expect(try await daemon.get(Self.path)["online"]?.int == 1)
            daemon.clock.advance(60)
            try await RoomKeeping(installation: daemon.installation).stay()
            daemon.clock.advance(60)
            #expect(try await daemon.get(Self.path)["online"]?.int == 1)
            try await daemon.installation.rooms.announceOffline()
            #expect(!stream.kinds.contains("presence:offline"))
        }
    }

    @Test func `typing is told once in three seconds`() async throws {
        try await MessageTests.withRoom { daemon in
            let stream = try await daemon.listen()
            for pause in [0, 2.9, 0.1, 1] {
                daemon.clock.advance(pause)
                try await Self.type(daemon, as: "F1")
            }
            _ = try await daemon.post(Self.path + "heartbeat/", as: "F1", "{}")
            try await Self.write("end", daemon)
            #expect(try await stream.has(4))
            #expect(stream.kinds == ["presence:snapshot", "typing", "typing", "message"])
        }
    }

    @Test func `a closed room says so and ends its streams`() async throws {
        try await MessageTests.withRoom { daemon in
            let admin = Asker.token(try await daemon.account("a@example.org", role: .admin))
            let streams = [try await daemon.listen(as: "F1"), try await daemon.listen(as: admin)]
            let closed = try await daemon.send(
                .patch, Self.path, as: admin, fields: [.contentType: "application/json"],
                body: Array(#"{"is_active":false}"#.utf8))
            #expect(closed.status == 200)
            for stream in streams {
                #expect(try await stream.ends())
                #expect(stream.kinds.last == "closed" && stream.events.last?.data == "{}")
            }
            #expect(try await daemon.listen(as: "F1").status == 404)
            #expect(try await daemon.listen(as: admin).status == 200)
        }
    }

    @Test func `who may no longer read a room stops hearing it`() async throws {
        try await MessageTests.withRoom { daemon in
            let admin = Asker.token(try await daemon.account("a@example.org", role: .admin))
            let stranger = try await daemon.listen(as: "F2")
            _ = try await daemon.send(
                .patch, Self.path, as: admin, fields: [.contentType: "application/json"],
                body: Array(#"{"access_mode":"private"}"#.utf8))
            #expect(try await stranger.ends())
            #expect(try await daemon.listen(as: "F2").status == 404)
            let member = try await daemon.listen(as: "F1")
            let other = try await daemon.listen(as: admin)
            #expect(member.status == 200)
            _ = try await daemon.post(Self.path + "leave/", as: "F1", "{}")
            #expect(try await member.ends())
            #expect(try await other.has(2))
            #expect(!other.isOver)
        }
    }

    @Test func `eight streams for each who listens, and each place is given back`() async throws {
        try await MessageTests.withRoom { daemon in
            var streams: [EventStream] = []
            for _ in 0..<8 { streams.append(try await daemon.listen(as: "F1")) }
            let refused = try await daemon.get(Self.path + "events/", as: "F1")
            #expect(refused.status == 429 && refused[.retryAfter] == "5")
            #expect(refused.json.object?.map(\.key) == ["error", "detail", "retry_after"])
            #expect(try await daemon.listen(as: "F2").status == 200)
            streams[0].close()
            var status: Int?
            for _ in 0..<50 where status != 200 {
                status = try await daemon.listen(as: "F1").status
            }
            #expect(status == 200)
            let head = try await daemon.send(.head, Self.path + "events/")
            #expect(head.status == 200 && head[.contentType] == "text/event-stream")
        }
    }

    @Test func `a stop ends the streams at once`() async throws {
        try await MessageTests.withRoom { daemon in
            let stream = try await daemon.listen(as: "F1")
            let clock = ContinuousClock()
            let took = await clock.measure { await daemon.server.stop(grace: .seconds(20)) }
            #expect(took < .seconds(5))
            #expect(try await stream.ends())
        }
    }
}
