import Domain

/// What happens in a room, for those who listen to it.
package enum RoomEvent: Sendable, Equatable {
    case message(Message)
    case presence(Change, Member, Room.Presence)
    /// A member is writing something, as far as is known until that time.
    case typing(Message.Author, until: Time)
    case closed
    /// Whoever listens has to ask again whether it may; nil means all.
    case recheck(Identity?)

    package enum Change: String, Sendable {
        case join, leave, online, offline
    }
}
