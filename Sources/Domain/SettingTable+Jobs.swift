extension Setting {
    static let jobs: [Setting] = startup(
        .jobs,
        [
            (
                "WORKER_CONCURRENCY", .integer(1...256), "5",
                "Jobs that run at the same time."
            ),
            (
                "JOB_MAX_ATTEMPTS", .integer(1...100), "3",
                "Attempts of a job in all, its first one included."
            ),
            (
                "JOB_RETRY_BASE_S", .decimal(0...86_400), "60",
                "Seconds from a failed attempt to the next; they double with each further one."
            ),
            (
                "JOB_RETRY_MAX_S", .decimal(0...604_800), "600",
                "The most seconds between two attempts."
            ),
            (
                "JOB_RESULT_DAYS", .decimal(0...3650), "7",
                "Days for which a job that has ended can be looked at."
            ),
            (
                "JOB_QUEUE_LIMIT", .integer(1...100_000_000), "2000000",
                "Jobs that may wait in one queue; more are refused."
            ),
            (
                "JOB_RATE_HIGH_PRIORITY", .integer(0...1_000_000), "0",
                "Jobs a minute that the queue high_priority may start; 0 sets no such limit."
            ),
            (
                "JOB_RATE_NORMAL", .integer(0...1_000_000), "0",
                "Jobs a minute that the queue normal may start; 0 sets no such limit."
            ),
            (
                "JOB_RATE_BATCH", .integer(0...1_000_000), "0",
                "Jobs a minute that the queue batch may start; 0 sets no such limit."
            ),
            (
                "JOB_RATE_ML_TRAINING", .integer(0...1_000_000), "0",
                "Jobs a minute that the queue ml_training may start; 0 sets no such limit."
            ),
            (
                "OFF_PEAK_ONLY", .bool, "false",
                "Whether the queues batch and ml_training work in the quiet hours only."
            ),
            ("OFF_PEAK_START", .text(5...5), "22:00", "When the quiet hours begin."),
            ("OFF_PEAK_END", .text(5...5), "06:00", "When the quiet hours end."),
            (
                "SCHEDULE_TZ", .text(0...64), "",
                "The time zone of schedules and quiet hours, such as Europe/Zurich; the system's unless set."
            ),
        ])
}

extension StartupKey<Int> {
    package static var workerConcurrency: Self { Self("WORKER_CONCURRENCY") }
    package static var jobAttempts: Self { Self("JOB_MAX_ATTEMPTS") }
    package static var jobQueueLimit: Self { Self("JOB_QUEUE_LIMIT") }

    /// Jobs that a queue may start in a minute.
    package static func jobRate(_ queue: JobQueue) -> Self {
        Self("JOB_RATE_" + queue.rawValue.uppercased())
    }
}
extension StartupKey<Double> {
    package static var jobRetryBase: Self { Self("JOB_RETRY_BASE_S") }
    package static var jobRetryMaximum: Self { Self("JOB_RETRY_MAX_S") }
    package static var jobResultDays: Self { Self("JOB_RESULT_DAYS") }
}
extension StartupKey<Bool> {
    package static var offPeakOnly: Self { Self("OFF_PEAK_ONLY") }
}
extension StartupKey<String> {
    package static var offPeakStart: Self { Self("OFF_PEAK_START") }
    package static var offPeakEnd: Self { Self("OFF_PEAK_END") }
    package static var scheduleZone: Self { Self("SCHEDULE_TZ") }
}
