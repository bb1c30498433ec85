/// How a connection is opened and how much memory it may use.
package struct ConnectionOptions: Sendable {
    /// What a connection is for.
    package enum Role: Sendable {
        /// Creates the file if it is missing, writes and checkpoints. There must be only one.
        case writer
        /// Reads; can neither write nor checkpoint, not even as the last one to close.
        case reader
    }

    package var role = Role.writer
    /// Upper bound of the page cache.
    package var cacheKibibytes = 2048
    /// How much of the file may be mapped instead of read; 0 turns mapping off.
    package var mappedBytes = 32 << 20
    /// How long to wait for a lock that somebody else holds.
    package var busyTimeout = Duration.seconds(5)
    /// Compiled statements kept for their next use.
    package var cachedStatements = 64
    /// Upper bound of the file in pages of 4 KiB; nil leaves it to the disk.
    package var maximumPages: Int?

    package init(role: Role = .writer) {
        self.role = role
    }

    func with(role: Role) -> ConnectionOptions {
        var copy = self
        copy.role = role
        return copy
    }
}
