import Crypto
import Domain
import Store

/// What is written in a room.
extension RoomService {
    /// Messages that a member may write in `messageWindow` seconds.
    private static let messageLimit = 30
    package static let messageWindow = 60

    /// Messages of a room; a member who reads counts as being there.
    package func messages(
        in code: String, _ place: MessagePage.Place, limit: Int, for caller: Caller
    ) async throws -> MessagePage {
        if let identity = caller.identity { try await seen([(code, identity)]) }
        return try await store.read { tables in
            let room = try Self.visible(code, to: caller, tables)
            return try Self.page(of: room, place, limit: limit, tables)
        }
    }

    private static func page(
        of room: Room, _ place: MessagePage.Place, limit: Int, _ tables: Tables
    ) throws -> MessagePage {
        let count = room.messageCount
        let (lower, upper, isForward): (Int, Int, Bool)
        switch place {
        case .latest: (lower, upper, isForward) = (0, count + 1, false)
        case .before(let cursor):
            guard (1...count + 1).contains(cursor) else { throw Refusal.invalidCursor }
            (lower, upper, isForward) = (0, cursor, false)
        case .after(let cursor):
            guard (0...count).contains(cursor) else { throw Refusal.invalidCursor }
            (lower, upper, isForward) = (cursor, count + 1, true)
        }
        let results = try tables.messages.between(
            lower, upper, in: room.id, last: !isForward, limit: limit)
        let first = results.first?.number ?? (isForward ? lower + 1 : upper)
        let last = results.last?.number ?? (isForward ? lower : upper - 1)
        return MessagePage(
            results: results, older: first > 1 ? first : nil, newer: count > 0 ? last : nil)
    }

    /// Writes into a room and tells how many more messages the member may write now.
    package func post(
        _ content: String, in code: String, by caller: Caller
    ) async throws -> (message: Message, standing: RateLimiter.Standing) {
        guard caller.identity != nil else { throw Refusal.fingerprintNeeded }
        let now = clock.now()
        let uuid = UUIDValue.timeOrdered(milliseconds: now.milliseconds).description
        return try await store.write { [self] tables in
            let room = try Self.visible(code, to: caller, tables)
            guard let member = try touch(caller.identity, in: room, now, tables) else {
                throw Refusal.notAMember
            }
            let window = Double(Self.messageWindow)
            let since = now.advanced(bySeconds: -window)
            let times = try tables.messages.times(of: member.id, since: since) + [now]
            guard times.count <= Self.messageLimit else {
                let free = times[times.count - 1 - Self.messageLimit]
                let wait = (window - now.seconds(since: free)).rounded(.up)
                throw Refusal.tooFast(retryAfter: Int(min(max(wait, 1), window)))
            }
            guard
                let message = try tables.messages.append(
                    content, uuid: uuid, by: member, in: room, at: now)
            else { throw Refusal.notFound }
            tables.afterCommit { [self] in announce(.message(message), code) }
            let next = (window - now.seconds(since: times[0])).rounded(.up)
            return (
                message,
                RateLimiter.Standing(
                    rule: .init(name: "member", key: member.uuid, limit: Self.messageLimit),
                    remaining: Self.messageLimit - times.count,
                    nextToken: Int(min(max(next, 1), window)))
            )
        }
    }
}
