/// Something written in a room.
package struct Message: Sendable, Equatable {
    /// The public id, a UUID v7.
    package var uuid: String
    package var roomCode: String
    /// Its place in the room, counted from 1 without gaps.
    package var number: Int
    package var author: Author
    package var content: String
    package var createdAt: Time

    /// Who wrote it, under the name that the member has now.
    package struct Author: Sendable, Equatable {
        /// The member's public id.
        package var uuid: String
        package var displayName: String
        package var identity: Identity?

        package init(uuid: String, displayName: String, identity: Identity?) {
            self.uuid = uuid
            self.displayName = displayName
            self.identity = identity
        }
    }

    package init(
        uuid: String, roomCode: String, number: Int, author: Author, content: String,
        createdAt: Time
    ) {
        self.uuid = uuid
        self.roomCode = roomCode
        self.number = number
        self.author = author
        self.content = content
        self.createdAt = createdAt
    }
}

/// Consecutive messages of a room, oldest first, and where to go on from them.
package struct MessagePage: Sendable, Equatable {
    package var results: [Message]
    /// What lies before this place is older; nil at the room's first message.
    package var older: Int?
    /// What lies after this place is newer; nil in an empty room.
    package var newer: Int?

    /// Which messages are asked for.
    package enum Place: Sendable, Equatable {
        case latest
        case before(Int)
        case after(Int)
    }

    package init(results: [Message], older: Int?, newer: Int?) {
        self.results = results
        self.older = older
        self.newer = newer
    }
}
