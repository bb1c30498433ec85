import Synchronization

/// Wakes whoever runs the jobs when a commit made one ready.
package final class JobSignal: Sendable {
    private let listener = Mutex<(@Sendable () -> Void)?>(nil)

    /// Takes the place of the listener there was.
    package func listen(_ body: (@Sendable () -> Void)?) {
        listener.withLock { $0 = body }
    }

    func send() {
        listener.withLock { $0 }?()
    }
}
