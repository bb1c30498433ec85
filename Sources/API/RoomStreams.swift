import Domain
import HTTP
import Services

/// The live streams of all rooms: what happens there, as server-sent events.
///
/// A room's code is its topic. What was missed is read from the database, so the hub keeps nothing.
package final class RoomStreams: Sendable {
    let hub: EventHub

    package init() {
        var limits = EventHub.Limits()
        limits.history = 0
        limits.streamsPerName = 8
        hub = EventHub(limits: limits)
    }

    /// Sends heartbeats until cancelled.
    package func run() async throws {
        try await hub.run()
    }

    /// Tells everybody who listens to a room; never waits.
    package func publish(_ event: RoomEvent, in code: String) {
        switch event {
        case .message(let message):
            let author = message.author.identity
            hub.publish(
                Self.event(message, isOwn: false), to: code, except: author?.key,
                echo: Self.event(message, isOwn: true))
        case .presence(let change, let member, let presence):
            let data = JSONWriter.object { json in
                json.field("type", change.rawValue)
                json.object("member") { RoomEncoder.fields(of: member, into: &$0) }
                RoomEncoder.presence(presence, into: &json)
            }
            hub.publish(ServerSentEvent(name: "presence", json: data), to: code)
        case .typing(let author, let until):
            let data = JSONWriter.object { json in
                RoomEncoder.author(author, into: &json)
                json.field("until", until)
            }
            hub.publish(
                ServerSentEvent(name: "typing", json: data), to: code,
                except: author.identity?.key)
        case .closed:
            hub.publish(ServerSentEvent(name: "closed", data: "{}"), to: code)
            hub.finish(code)
        case .recheck(let identity?): hub.finish(code, as: identity.key)
        case .recheck(nil): hub.finish(code)
        }
    }

    /// The members' identities that listen, each with the room's code.
    package var listeners: [(code: String, identity: Identity)] {
        hub.audience.flatMap { code, names in
            names.compactMap { Identity(key: $0) }.map { (code, $0) }
        }
    }

    /// What a stream begins with: who is there, and what was missed.
    static func opening(_ snapshot: RoomService.Snapshot, for caller: Caller) -> [ServerSentEvent] {
        let data = JSONWriter.object { json in
            json.field("type", "snapshot")
            json.array("members") { json in
                for member in snapshot.online {
                    json.object { RoomEncoder.fields(of: member, into: &$0) }
                }
            }
            RoomEncoder.presence(snapshot.presence, into: &json)
        }
        return [ServerSentEvent(name: "presence", json: data)]
            + snapshot.missed.map { message in
                event(message, isOwn: message.author.identity == caller.identity)
            }
    }

    private static func event(_ message: Message, isOwn: Bool) -> ServerSentEvent {
        ServerSentEvent(
            id: message.uuid, name: "message",
            json: JSONWriter.object { RoomEncoder.message(message, isOwn: isOwn, into: &$0) })
    }
}

extension ServerSentEvent {
    fileprivate init(id: String? = nil, name: String, json: [UInt8]) {
        self.init(id: id, name: name, data: String(decoding: json, as: UTF8.self))
    }
}
