/// How long to wait for a server and how often to ask it again.
package struct OpenAIPatience: Sendable {
    package var attemptTimeout: Duration = .seconds(60)
    /// Attempts after the first.
    package var retries = 2
    /// The pause before the first retry; it doubles from one to the next.
    package var firstPause: Duration = .milliseconds(500)
    /// A server that asks for a longer pause than this is given up at once.
    package var longestRequestedPause: Duration = .seconds(30)
    /// Waits, and throws when the task is cancelled.
    package var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    /// A number from 0 up to 1 that spreads the retries of many clients.
    package var random: @Sendable () -> Double = { Double.random(in: 0..<1) }

    package init() {}

    /// The pause before retry number `retry`, which counts from zero: up to a quarter longer than the doubling alone.
    func pause(beforeRetry retry: Int) -> Duration {
        firstPause * (1 << retry) * (1 + random() / 4)
    }
}
