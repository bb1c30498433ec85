import Domain
import HTTP
import Services

/// The JSON of rooms, members and messages, keys in the documented order.
enum RoomEncoder {
    static func room(_ view: RoomService.RoomView, into json: inout JSONWriter) {
        let room = view.room
        json.field("id", room.uuid)
        json.field("code", room.code)
        json.field("name", room.name)
        json.field("description", room.description)
        json.object("host") { host in
            host.field("id", RoomService.hostID)
            host.field("username", "Tintype")
        }
        json.field("url", "/chat/discover/\(room.code)")
        json.field("access_mode", room.access.rawValue)
        json.field("voice_enabled", false)
        json.field("video_enabled", false)
        json.field("photo_enabled", false)
        json.null("theme")
        json.field("theme_locked", false)
        json.field("message_count", room.messageCount)
        json.field("is_active", room.isActive)
        json.field("created_at", room.createdAt)
        json.field("active_users", view.presence.activeUsers)
        json.field("online", view.presence.online)
    }

    static func member(_ member: Member?, into json: inout JSONWriter) {
        guard let member else {
            json.null("member")
            return
        }
        json.object("member") { fields(of: member, into: &$0) }
    }

    static func fields(of member: Member, into json: inout JSONWriter) {
        json.field("id", member.uuid)
        json.field("display_name", member.displayName)
        json.field("is_anonymous", member.isAnonymous)
        json.field("joined_at", member.joinedAt)
        json.field("last_seen_at", member.lastSeenAt)
    }

    static func author(_ author: Message.Author, into json: inout JSONWriter) {
        json.object("member") { json in
            json.field("id", author.uuid)
            json.field("display_name", author.displayName)
            json.field("is_anonymous", author.identity?.isAnonymous ?? true)
        }
    }

    static func message(_ message: Message, isOwn: Bool, into json: inout JSONWriter) {
        json.field("id", message.uuid)
        json.field("room_code", message.roomCode)
        author(message.author, into: &json)
        json.field("content", message.content)
        json.field("created_at", message.createdAt)
        json.field("is_own", isOwn)
    }

    static func presence(_ presence: Room.Presence, into json: inout JSONWriter) {
        json.field("online", presence.online)
        json.field("active_users", presence.activeUsers)
    }
}
