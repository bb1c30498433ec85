import Domain

/// How jobs are run, as the settings say.
package struct JobSettings: Sendable {
    /// Jobs that run at the same time in all.
    package var workers = 5
    /// Attempts of a job in all, where its kind has no number of its own.
    package var attempts = 3
    /// The pause after the first failed attempt; it doubles with each further one.
    package var retryBase = Duration.seconds(60)
    package var retryMaximum = Duration.seconds(600)
    /// How long a job that has ended is kept.
    package var keeping = Duration.seconds(7 * 86_400)
    /// Jobs that may wait in one queue.
    package var queueLimit = 2_000_000
    /// Jobs that a queue may start in a minute; queues without a number have no such limit.
    package var ratePerMinute: [JobQueue: Int] = [:]
    /// Where batch jobs run at night only: minutes since midnight at which that begins and ends.
    package var offPeak: (start: Int, end: Int)?
    /// The zone of schedules and of the night.
    package var zone = ZoneRules.utc

    package init() {}

    /// How many of the workers a queue may hold.
    package func workers(of queue: JobQueue) -> Int {
        switch queue {
        case .highPriority: workers
        case .normal: others
        case .batch: max(1, workers - 2)
        case .mlTraining: 1
        }
    }

    /// How many of the workers all queues but the first may hold together.
    package var others: Int { max(1, workers - 1) }
}
