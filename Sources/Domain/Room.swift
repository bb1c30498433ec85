/// A chat room that people reach from photos.
package struct Room: Sendable, Equatable {
    /// The row's number.
    package var id: Int64
    /// The public id, a UUID v7.
    package var uuid: String
    /// The key in URLs; unique.
    package var code: String
    package var name: String
    package var description: String
    package var access: Access
    package var isActive: Bool
    package var messageCount: Int
    package var createdAt: Time

    package enum Access: String, Sendable, CaseIterable {
        case `public`, `private`
    }

    /// How many members were seen lately.
    package struct Presence: Sendable, Equatable {
        /// Within 24 hours.
        package var activeUsers: Int
        /// Within 90 seconds.
        package var online: Int

        package static let activeWindow = 24.0 * 3600
        package static let onlineWindow = 90.0

        package init(activeUsers: Int, online: Int) {
            self.activeUsers = activeUsers
            self.online = online
        }
    }

    package init(
        id: Int64, uuid: String, code: String, name: String, description: String, access: Access,
        isActive: Bool, messageCount: Int, createdAt: Time
    ) {
        self.id = id
        self.uuid = uuid
        self.code = code
        self.name = name
        self.description = description
        self.access = access
        self.isActive = isActive
        self.messageCount = messageCount
        self.createdAt = createdAt
    }
}

/// Somebody's place in a room: one per room and account, or per room and fingerprint.
package struct Member: Sendable, Equatable {
    /// The row's number.
    package var id: Int64
    /// The public id, a UUID v7.
    package var uuid: String
    package var displayName: String
    package var isAnonymous: Bool
    package var joinedAt: Time
    package var lastSeenAt: Time
    /// When the member left; nil while in the room.
    package var leftAt: Time?

    package init(
        id: Int64, uuid: String, displayName: String, isAnonymous: Bool, joinedAt: Time,
        lastSeenAt: Time, leftAt: Time?
    ) {
        self.id = id
        self.uuid = uuid
        self.displayName = displayName
        self.isAnonymous = isAnonymous
        self.joinedAt = joinedAt
        self.lastSeenAt = lastSeenAt
        self.leftAt = leftAt
    }
}

/// A live room that a similar photo leads to.
package struct SimilarRoom: Sendable, Equatable {
    package var room: Room
    package var activeUsers: Int
    /// Cosine distance of the closest photo that leads there, 0…2.
    package var distance: Double
    /// The public id of that photo, or its stand-in for callers who may not open it.
    package var sourcePhotoID: String

    package init(room: Room, activeUsers: Int, distance: Double, sourcePhotoID: String) {
        self.room = room
        self.activeUsers = activeUsers
        self.distance = distance
        self.sourcePhotoID = sourcePhotoID
    }
}
