import Telemetry

extension Metric {
    static let jobWait = histogram(
        "tintype_job_wait_seconds", labels: ["queue"],
        buckets: [0.01, 0.1, 1, 10, 30, 120, 600, 3600],
        "Time from when a job was to be started until it was.")
    static let jobDuration = histogram(
        "tintype_job_duration_seconds", labels: ["kind"],
        buckets: [0.001, 0.01, 0.1, 1, 10, 60, 600, 3600], "Time an attempt of a job took.")
    static let jobRetries = counter(
        "tintype_job_retries_total", labels: ["kind"], "Attempts that are followed by another.")
    static let jobsEnded = counter(
        "tintype_jobs_total", labels: ["kind", "state"], "Jobs that ended, by how they did.")
    static let queueDepth = gauge(
        "tintype_queue_jobs", labels: ["queue", "state"], "Jobs in a queue by state.")
    static let queueAge = gauge(
        "tintype_queue_oldest_seconds", unit: "seconds", labels: ["queue"],
        "How long the job that has waited longest should have been running.")
    static let queueTarget = gauge(
        "tintype_queue_target_seconds", unit: "seconds", labels: ["queue"],
        "How soon a job of the queue should start.")

    /// The metrics of jobs.
    package static let jobs = [
        jobWait, jobDuration, jobRetries, jobsEnded, queueDepth, queueAge, queueTarget,
    ]
}
