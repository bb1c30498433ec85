import Domain
import Synchronization

/// What listeners have been told of members' presence and cannot be read from the database.
final class PresenceLog: Sendable {
    private struct State {
        var offlineBefore: Time
        var typing: [Int64: Time] = [:]
    }

    private let state: Mutex<State>

    /// A member's typing is told once in so many seconds.
    private static let typingPause = 3.0

    init(since now: Time) {
        state = Mutex(
            State(offlineBefore: now.advanced(bySeconds: -Room.Presence.onlineWindow)))
    }

    /// Whoever was last seen before this is known to be offline.
    var offlineBefore: Time {
        get { state.withLock { $0.offlineBefore } }
        set { state.withLock { $0.offlineBefore = newValue } }
    }

    /// Whether a member's typing is news; if so it is noted.
    func notesTyping(of member: Int64, at now: Time) -> Bool {
        state.withLock { state in
            if let last = state.typing[member], abs(now.seconds(since: last)) < Self.typingPause {
                return false
            }
            state.typing[member] = now
            return true
        }
    }

    /// Forgets typing that is no longer held against anybody.
    func forgetTyping(at now: Time) {
        state.withLock { state in
            state.typing = state.typing.filter {
                abs(now.seconds(since: $0.value)) < Self.typingPause
            }
        }
    }
}
