import Domain
import HTTP
import Services
import Store

/// The JSON of jobs and queues, keys in the documented order.
package enum JobEncoder {
    package static func job(_ job: JobRecord, hidingArguments: Bool) -> [UInt8] {
        JSONWriter.object(capacity: 1024) {
            fields(of: job, hidingArguments: hidingArguments, into: &$0)
        }
    }

    static func fields(
        of job: JobRecord, hidingArguments: Bool, into json: inout JSONWriter
    ) {
        json.field("id", job.id)
        json.field("kind", job.kind)
        json.field("queue", job.queue.rawValue)
        json.field("priority", job.priority)
        json.field("state", job.state.rawValue)
        if let progress = job.shownProgress {
            json.object("progress") { fields(of: progress, into: &$0) }
        } else {
            json.null("progress")
        }
        json.field("attempts", job.attempts)
        json.field("max_attempts", job.maximumAttempts)
        json.field("run_at", job.runAt)
        json.field("created_at", job.createdAt)
        json.field("started_at", job.startedAt)
        json.field("finished_at", job.finishedAt)
        raw("args", hidingArguments ? .emptyObject : job.arguments, into: &json)
        raw("result", job.result ?? .null, into: &json)
        raw("error", job.error ?? .null, into: &json)
        json.field("parent_id", job.parentID)
    }

    private static func raw(_ key: String, _ text: JSONText, into json: inout JSONWriter) {
        json.raw(key, Array(text.text.utf8))
    }

    static func fields(of progress: JobProgress, into json: inout JSONWriter) {
        json.field("stage", progress.stage)
        json.field("percent", progress.percent)
        json.field("done", progress.done)
        json.field("total", progress.total)
    }

    /// One event of a job's stream.
    static func event(_ event: JobEvent, hidingArguments: Bool) -> ServerSentEvent {
        let name: String
        let data: [UInt8]
        switch event.change {
        case .state(let job):
            name = "state"
            data = self.job(job, hidingArguments: hidingArguments)
        case .progress(let progress):
            name = "progress"
            data = JSONWriter.object { fields(of: progress, into: &$0) }
        case .log(let line):
            name = "log"
            data = JSONWriter.object { json in
                json.field("at", line.at)
                json.field("line", line.line)
            }
        }
        return ServerSentEvent(
            id: String(event.sequence), name: name, data: String(decoding: data, as: UTF8.self))
    }

    package static func overview(_ overview: QueueOverview) -> [UInt8] {
        JSONWriter.object(capacity: 4096) { json in
            json.array("queues") { list in
                for queue in overview.queues { list.object { fields(of: queue, into: &$0) } }
            }
            json.object("workers") { workers in
                workers.field("busy", overview.busy)
                workers.field("limit", overview.limit)
            }
            json.array("schedules") { list in
                for schedule in overview.schedules {
                    list.object { fields(of: schedule, into: &$0) }
                }
            }
        }
    }

    package static func schedules(_ overview: QueueOverview) -> [UInt8] {
        JSONWriter.array { list in
            for schedule in overview.schedules {
                list.object { fields(of: schedule, into: &$0) }
            }
        }
    }

    package static func queue(_ queue: QueueOverview.Queue) -> [UInt8] {
        JSONWriter.object { fields(of: queue, into: &$0) }
    }

    private static func fields(of queue: QueueOverview.Queue, into json: inout JSONWriter) {
        json.field("name", queue.name.rawValue)
        json.field("paused", queue.isPaused)
        json.field("target_s", Int(queue.name.target.components.seconds))
        json.object("workers") { workers in
            workers.field("busy", queue.busy)
            workers.field("limit", queue.limit)
        }
        json.object("counts") { counts in
            for state in JobState.allCases {
                counts.field(state.rawValue, queue.counts[state] ?? 0)
            }
        }
        json.field("oldest_age_s", queue.oldestAge.map { ($0 * 1000).rounded() / 1000 })
        json.object("rates") { rates in
            for (minutes, rate) in queue.rates {
                rates.field("per_min_\(minutes)", (rate * 100).rounded() / 100)
            }
        }
        json.object("wait_ms") { waits in
            waits.field("p50", queue.waits.map { $0.p50.rounded() })
            waits.field("p95", queue.waits.map { $0.p95.rounded() })
        }
    }

    private static func fields(of schedule: ScheduleRecord, into json: inout JSONWriter) {
        json.field("kind", schedule.kind)
        json.field("queue", schedule.queue.rawValue)
        json.field("cron", schedule.timing)
        json.field("zone", schedule.zone)
        json.field("last_run", schedule.lastRun)
        json.field("last_status", schedule.lastStatus?.rawValue)
        json.field("next_run", schedule.nextRun)
        json.field("name", schedule.name)
        json.field("paused", schedule.isPaused)
    }
}

extension JobRecord {
    /// How far the job has come: a parent as far as its children that have ended.
    package var shownProgress: JobProgress? {
        guard let children, children.total > 0 else { return progress }
        let done = children.total - children.left
        return JobProgress(
            stage: progress?.stage ?? "children", percent: done * 100 / children.total, done: done,
            total: children.total)
    }
}
