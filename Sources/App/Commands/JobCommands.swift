import API
import Domain
import HTTP
import Services
import Store
import Synchronization

extension Installation {
    func listJobs(_ invocation: CommandInvocation) async throws -> ExitCode {
        let arguments = invocation.arguments
        var filter = JobTable.Filter()
        filter.state = arguments.text("--state").flatMap(JobState.init(rawValue:))
        filter.queue = arguments.text("--queue").flatMap(JobQueue.init(rawValue:))
        filter.kind = arguments.text("--kind")
        let limit = arguments.integer("--limit") ?? 20
        let (found, count) = try await jobs.list(filter, limit: limit, offset: 0)
        let output = invocation.output
        if output.traits.json {
            for job in found { output.out(json(job)) }
            return .ok
        }
        let cells = found.map { job in
            [
                job.id, job.kind, job.queue.rawValue, job.state.rawValue,
                "\(job.attempts)/\(job.maximumAttempts)",
                Timestamp.rfc3339(job.createdAt.milliseconds), Self.remark(job),
            ]
        }
        let header = ["ID", "KIND", "QUEUE", "STATE", "TRIES", "CREATED", "REMARK"]
        TextTable(header, cells).lines.forEach(output.out)
        if count > found.count { output.err("\(found.count) of \(count) jobs; see --limit.") }
        return .ok
    }

    private static func remark(_ job: JobRecord) -> String {
        if let error = job.error { return String(error.text.prefix(60)) }
        return job.shownProgress.map(line) ?? ""
    }

    private static func line(_ progress: JobProgress) -> String {
        var words = [progress.stage]
        if let percent = progress.percent { words.append("\(percent) %") }
        if let done = progress.done, let total = progress.total { words.append("\(done)/\(total)") }
        return words.joined(separator: " ")
    }

    private func json(_ job: JobRecord) -> String {
        String(
            decoding: JobEncoder.job(job, hidingArguments: jobs.hidesArguments(job)),
            as: UTF8.self)
    }

    func showJob(_ invocation: CommandInvocation) async throws -> ExitCode {
        let id = try invocation.required("ID").lowercased()
        guard let (job, log) = try await jobs.look(at: id, after: -1) else { throw Self.noJob(id) }
        show(job, on: invocation.output)
        for line in log { show(line, on: invocation.output) }
        return .ok
    }

    private static func noJob(_ id: String) -> Failure {
        Failure(.notFound, "There is no job \(id). See `jobs list`.")
    }

    private func show(_ job: JobRecord, on output: any Output) {
        if output.traits.json { return output.out(json(job)) }
        func date(_ time: Time?) -> String {
            time.map { Timestamp.rfc3339($0.milliseconds) } ?? "-"
        }
        let rows = [
            ["id", job.id], ["kind", job.kind], ["queue", job.queue.rawValue],
            ["priority", "\(job.priority)"], ["state", job.state.rawValue],
            ["attempts", "\(job.attempts) of \(job.maximumAttempts)"],
            ["progress", job.shownProgress.map(Self.line) ?? "-"],
            ["created", date(job.createdAt)],
            ["run at", date(job.runAt)], ["started", date(job.startedAt)],
            ["finished", date(job.finishedAt)],
            ["args", jobs.hidesArguments(job) ? "(hidden)" : job.arguments.text],
            ["result", job.result?.text ?? "-"], ["error", job.error?.text ?? "-"],
            ["parent", job.parentID ?? "-"],
        ]
        for row in rows { output.out(row[0].padding(to: 9) + " " + row[1]) }
    }

    private func show(_ line: JobLogLine, on output: any Output) {
        guard !output.traits.json else { return }
        output.out("\(Timestamp.rfc3339(line.at.milliseconds)) \(line.line)")
    }

    func changeJob(
        _ invocation: CommandInvocation,
        _ change: (JobService, String) async throws -> JobRecord?
    ) async throws -> ExitCode {
        let id = try invocation.required("ID").lowercased()
        guard let job = try await change(jobs, id) else { throw Self.noJob(id) }
        if invocation.output.traits.json {
            invocation.output.out(json(job))
        } else {
            let word = job.state == .running ? "stopping" : job.state.rawValue
            invocation.output.err("The job is \(word).")
        }
        return .ok
    }

    /// `jobs watch`: what happens to a job, line by line, until it has ended.
    func watchJob(_ invocation: CommandInvocation) async throws -> ExitCode {
        let id = try invocation.required("ID").lowercased()
        var seen: Int64 = -1
        var last = ""
        while true {
            guard let (job, log) = try await jobs.look(at: id, after: seen) else {
                throw Self.noJob(id)
            }
            for line in log {
                show(line, on: invocation.output)
                seen = max(seen, line.sequence)
            }
            let progress = job.shownProgress.map { " " + Self.line($0) } ?? ""
            let now = job.state.rawValue + (job.state == .running ? progress : "")
            if now != last {
                last = now
                invocation.output.out(invocation.output.traits.json ? json(job) : now)
            }
            if job.state.isFinal {
                if let error = job.error { invocation.output.err(error.text) }
                return job.state == .succeeded ? .ok : .software
            }
            _ = try await jobs.result(of: id, within: .milliseconds(500))
        }
    }

    // MARK: - Queues

    func listQueues(_ invocation: CommandInvocation) async throws -> ExitCode {
        let overview = try await jobs.overview()
        if invocation.output.traits.json {
            invocation.output.out(
                String(decoding: JobEncoder.overview(overview), as: UTF8.self))
        } else {
            Self.lines(overview).forEach(invocation.output.out)
        }
        return .ok
    }

    private static func lines(_ overview: QueueOverview) -> [String] {
        let cells = overview.queues.map { queue -> [String] in
            let name = queue.name.rawValue + (queue.isPaused ? " (paused)" : "")
            let counts = JobState.allCases.filter { $0 != .running }.map { state in
                String(queue.counts[state] ?? 0)
            }
            let oldest = queue.oldestAge.map { "\(Int($0)) s" } ?? "-"
            let rate = String(Int(queue.rates.first?.rate ?? 0))
            let wait = queue.waits.map { "\(Int($0.p95)) ms" } ?? "-"
            return [name, "\(queue.busy)/\(queue.limit)"] + counts + [oldest, rate, wait]
        }
        let header = [
            "QUEUE", "BUSY", "QUEUED", "RETRYING", "SUCCEEDED", "FAILED", "CANCELLED", "OLDEST",
            "PER MIN", "WAIT P95",
        ]
        return TextTable(header, cells).lines
            + ["\(overview.busy) of \(overview.limit) workers are busy."]
    }

    func setQueuePaused(
        _ isPaused: Bool, _ invocation: CommandInvocation
    ) async throws -> ExitCode {
        let name = try invocation.required("NAME")
        guard let queue = JobQueue(rawValue: name.replacingDashes) else {
            let names = JobQueue.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.notFound, "There is no queue \(name), only \(names).")
        }
        try await jobs.setPaused(isPaused, queue)
        invocation.output.err("The queue \(queue.rawValue) is \(isPaused ? "paused" : "working").")
        return .ok
    }

    /// `queues watch`: the table of the queues, redrawn every second on a terminal and written anew elsewhere.
    func watchQueues(_ invocation: CommandInvocation) async throws -> ExitCode {
        let output = invocation.output
        let count = invocation.arguments.integer("--count") ?? .max
        var drawn = 0
        for look in 0..<count {
            if look > 0 { try await Task.sleep(for: .seconds(1)) }
            let overview = try await jobs.overview()
            if output.traits.json {
                output.out(String(decoding: JobEncoder.overview(overview), as: UTF8.self))
                continue
            }
            let running = try await jobs.list(.init(state: .running), limit: 10, offset: 0).jobs
            var lines = Self.lines(overview)
            for job in running {
                let progress = job.shownProgress.map(Self.line) ?? ""
                lines.append("  \(job.id) \(job.kind) \(progress)")
            }
            let isRedrawn = output.traits.colour && drawn > 0
            for (index, line) in lines.enumerated() {
                // The first line goes up to where the table began, and clears what was below.
                let start = isRedrawn && index == 0 ? "\u{1B}[\(drawn)A\u{1B}[J" : ""
                output.out(start + String(line.prefix(output.traits.columns)))
            }
            drawn = lines.count
        }
        return .ok
    }

    // MARK: - Schedules

    func listSchedules(_ invocation: CommandInvocation) async throws -> ExitCode {
        let overview = try await jobs.overview()
        if invocation.output.traits.json {
            invocation.output.out(
                String(decoding: JobEncoder.schedules(overview), as: UTF8.self))
            return .ok
        }
        func date(_ time: Time?) -> String {
            time.map { Timestamp.rfc3339($0.milliseconds) } ?? "-"
        }
        let cells = overview.schedules.map { schedule in
            [
                schedule.name, schedule.timing, schedule.zone, schedule.queue.rawValue,
                date(schedule.lastRun), schedule.lastStatus?.rawValue ?? "-",
                schedule.isPaused ? "paused" : date(schedule.nextRun),
            ]
        }
        TextTable(["NAME", "WHEN", "ZONE", "QUEUE", "LAST RUN", "STATUS", "NEXT RUN"], cells)
            .lines.forEach(invocation.output.out)
        return .ok
    }

    func runSchedule(_ invocation: CommandInvocation) async throws -> ExitCode {
        let job = try await jobs.runNow(schedule: try invocation.required("NAME"))
        invocation.output.out(invocation.output.traits.json ? json(job) : job.id)
        return .ok
    }

    func setSchedulePaused(
        _ isPaused: Bool, _ invocation: CommandInvocation
    ) async throws -> ExitCode {
        let name = try invocation.required("NAME")
        try await jobs.setPaused(isPaused, schedule: name)
        invocation.output.err("The schedule \(name) is \(isPaused ? "paused" : "working").")
        return .ok
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    /// `high-priority` is `high_priority`.
    fileprivate var replacingDashes: String { String(map { $0 == "-" ? "_" : $0 }) }
}
