import Domain
import HTTP
import Services
import Store

/// `/api/jobs/` and `/api/queues/`: what is queued, what runs, and what came of it.
package struct JobRoutes: Sendable {
    let jobs: JobService
    let frontend: Frontend
    let hub: EventHub
    let bodyLimit: Int

    package init(jobs: JobService, frontend: Frontend, hub: EventHub, bodyLimit: Int) {
        self.jobs = jobs
        self.frontend = frontend
        self.hub = hub
        self.bodyLimit = bodyLimit
    }

    package var routes: [Route] {
        [
            Route(.get, "/api/jobs/", list),
            Route(.post, "/api/jobs/", start),
            Route(.get, "/api/jobs/{id}/", detail),
            Route(.post, "/api/jobs/{id}/retry/", retry),
            Route(.post, "/api/jobs/{id}/cancel/", cancel),
            Route(.get, "/api/jobs/{id}/events/", events),
            Route(.get, "/api/queues/", queues),
            Route(.post, "/api/queues/{name}/pause/") { try await setPaused(true, $0) },
            Route(.post, "/api/queues/{name}/resume/") { try await setPaused(false, $0) },
            Route(.post, "/api/schedules/{name}/run/", runSchedule),
            Route(.post, "/api/schedules/{name}/pause/") { try await setSchedulePaused(true, $0) },
            Route(.post, "/api/schedules/{name}/resume/") {
                try await setSchedulePaused(false, $0)
            },
        ]
    }

    /// Hands what happens to jobs to those who listen, and ends their streams with the job.
    package static func connect(_ jobs: JobService, to hub: EventHub) {
        jobs.onEvent { event in
            let hides = jobs.hidesArguments(event)
            hub.publish(JobEncoder.event(event, hidingArguments: hides), to: event.job)
            if case .state(let job) = event.change, job.state.isFinal { hub.finish(job.id) }
        }
    }

    // MARK: - Jobs

    private static let pageSize = 20
    private static let largestPage = 100

    private func list(_ request: Request) async throws -> Response {
        let caller = try caller(of: request)
        guard let identity = caller.identity else { throw Refused(Problem.signInNeeded(request)) }
        var filter = JobTable.Filter()
        filter.owner = caller.isAdmin ? nil : identity
        if let text = request.query["state"] {
            filter.state = try Self.parsed(JobState(rawValue: text), "state", request)
        }
        if let text = request.query["queue"] {
            filter.queue = try Self.parsed(JobQueue(rawValue: text), "queue", request)
        }
        if let text = request.query["kind"] { filter.kind = text }
        let size = try Self.number("page_size", Self.pageSize, request)
        let page = try Self.number("page", 1, request)
        guard size >= 1 else { throw Refused(Problem.invalid("page_size", request)) }
        let limit = min(size, Self.largestPage)
        let (offset, isTooFar) = (page - 1).multipliedReportingOverflow(by: limit)
        guard page >= 1, !isTooFar else { throw Refused(Problem.invalidPage(request)) }
        let (found, count) = try await jobs.list(filter, limit: limit, offset: offset)
        guard page == 1 || !found.isEmpty else { throw Refused(Problem.invalidPage(request)) }
        let kept = ["state", "queue", "kind", "page_size"].compactMap { name in
            request.query[name].map { "&\(name)=\(PercentCoding.encode($0))" }
        }.joined()
        func link(_ page: Int) -> String {
            "\(frontend.origin(of: request))/api/jobs/?page=\(page)\(kept)"
        }
        let body = JSONWriter.object { json in
            json.field("count", count)
            json.field("next", offset + found.count < count ? link(page + 1) : nil)
            json.field("previous", page > 1 ? link(page - 1) : nil)
            json.array("results") { list in
                for job in found {
                    list.object {
                        JobEncoder.fields(
                            of: job, hidingArguments: jobs.hidesArguments(job), into: &$0)
                    }
                }
            }
        }
        return .json(body)
    }

    private static func parsed<T>(_ value: T?, _ name: String, _ request: Request) throws -> T {
        guard let value else { throw Refused(Problem.invalid(name, request)) }
        return value
    }

    private static func number(
        _ name: String, _ standard: Int, _ request: Request
    ) throws -> Int {
        guard let text = request.query[name] else { return standard }
        return try parsed(Int(text), name, request)
    }

    private func start(_ request: Request) async throws -> Response {
        let admin = try user(of: request, atLeast: .admin)
        let body = try await Problem.json(of: request, limit: bodyLimit)
        guard let kind = body["kind"]?.string else {
            throw Refused(Problem.bad("kind is required.", request))
        }
        let arguments = body["args"] ?? .object([])
        guard arguments.object != nil else {
            throw Refused(Problem.bad("args is an object.", request))
        }
        var priority: Int?
        if let value = body["priority"], !value.isNull {
            guard let number = value.int, (0...9).contains(number) else {
                throw Refused(Problem.bad("priority is a number from 0 to 9.", request))
            }
            priority = number
        }
        var time: Time?
        if let value = body["run_at"], !value.isNull {
            guard let text = value.string, let moment = Timestamp.parse(rfc3339: text) else {
                throw Refused(Problem.bad("run_at is a date and time (RFC 3339).", request))
            }
            time = Time(milliseconds: moment)
        }
        let job = try await refusing(request) {
            try await jobs.start(
                kind, JSONText(arguments.encoded), priority: priority, at: time,
                owner: .user(admin.id))
        }
        var response = answer(job, status: .accepted)
        response.fields[.location] = "\(frontend.origin(of: request))/api/jobs/\(job.id)"
        return response
    }

    private func detail(_ request: Request) async throws -> Response {
        let job = try await readable(request)
        return answer(try await jobs.look(at: job.id, after: .max)?.job ?? job)
    }

    private func retry(_ request: Request) async throws -> Response {
        try await change(request) { try await jobs.retry($0) }
    }

    private func cancel(_ request: Request) async throws -> Response {
        try await change(request) { try await jobs.cancel($0) }
    }

    private func change(
        _ request: Request, _ body: (String) async throws -> JobRecord?
    ) async throws -> Response {
        _ = try user(of: request, atLeast: .admin)
        guard let id = request.uuid,
            let job = try await refusing(request, { try await body(id) })
        else { throw Refused(Problem.notFound(request)) }
        return answer(job)
    }

    private func answer(_ job: JobRecord, status: Status = .ok) -> Response {
        .json(
            JobEncoder.job(job, hidingArguments: jobs.hidesArguments(job)), status: status)
    }

    /// The job that a request names, if its caller may look at it.
    private func readable(_ request: Request) async throws -> JobRecord {
        let caller = try caller(of: request)
        guard let id = request.uuid, let job = try await jobs.find(id),
            jobs.mayRead(job, caller)
        else { throw Refused(Problem.notFound(request)) }
        return job
    }

    private func events(_ request: Request) async throws -> Response {
        let id = try await readable(request).id
        let last = request.fields[.lastEventID] ?? request.query["last_event_id"]
        let seen = last.flatMap { Int64($0) } ?? -1
        let listener: EventListener
        do {
            listener = try hub.listen(to: id, after: last)
        } catch {
            var busy = Problem.response(
                .serviceUnavailable, detail: "There are too many listeners.",
                requestID: request.id)
            busy.fields[.retryAfter] = "5"
            return busy
        }
        guard let (job, log) = try await jobs.look(at: id, after: seen) else {
            throw Refused(Problem.notFound(request))
        }
        // Nothing more will come: this keeps the client from asking again (HTML standard, section 9.2.3).
        guard !job.state.isFinal || job.sequence > seen else { return Response(.noContent) }
        if !job.state.isFinal, let missed = listener.missed {
            return listener.response(first: missed)
        }
        let hides = jobs.hidesArguments(job)
        let lines = log.map {
            JobEncoder.event(
                JobEvent(job: id, sequence: $0.sequence, .log($0)), hidingArguments: hides)
        }
        let state = JobEncoder.event(
            JobEvent(job: id, sequence: job.sequence, .state(job)), hidingArguments: hides)
        if job.state.isFinal { return .events(lines + [state]) }
        // Its number may be a line's; without one it is sent again to whoever comes back before anything else happened.
        let present = ServerSentEvent(name: state.name, data: state.data)
        return listener.response(first: [present] + lines)
    }

    // MARK: - Queues

    private func queues(_ request: Request) async throws -> Response {
        _ = try user(of: request, atLeast: .supervisor)
        return .json(JobEncoder.overview(try await jobs.overview()))
    }

    private func setPaused(_ isPaused: Bool, _ request: Request) async throws -> Response {
        _ = try user(of: request, atLeast: .admin)
        guard let name = request.parameters["name"], let queue = JobQueue(rawValue: name) else {
            throw Refused(Problem.notFound(request))
        }
        try await jobs.setPaused(isPaused, queue)
        guard let shown = try await jobs.overview().queues.first(where: { $0.name == queue })
        else { throw Refused(Problem.notFound(request)) }
        return .json(JobEncoder.queue(shown))
    }

    private func runSchedule(_ request: Request) async throws -> Response {
        _ = try user(of: request, atLeast: .admin)
        let name = request.parameters["name"] ?? ""
        return answer(
            try await refusing(request) { try await jobs.runNow(schedule: name) },
            status: .accepted)
    }

    private func setSchedulePaused(
        _ isPaused: Bool, _ request: Request
    ) async throws -> Response {
        _ = try user(of: request, atLeast: .admin)
        let name = request.parameters["name"] ?? ""
        try await refusing(request) { try await jobs.setPaused(isPaused, schedule: name) }
        return Response(.noContent)
    }

    // MARK: - Who asks

    private func caller(of request: Request) throws -> Caller {
        do {
            return try frontend.caller(of: request, inQuery: true)
        } catch let refused as Refused {
            throw Refused(Problem.refused(refused.response, request))
        }
    }

    private func user(of request: Request, atLeast role: Role) throws -> User {
        guard let user = try caller(of: request).user else {
            throw Refused(Problem.signInNeeded(request))
        }
        guard user.role == .admin || user.role == role else {
            throw Refused(Problem.forbidden(request))
        }
        return user
    }

    private func refusing<T>(
        _ request: Request, _ body: () async throws -> T
    ) async throws -> T {
        do {
            return try await body()
        } catch let failure as Failure {
            guard let response = Problem.response(failure, request) else { throw failure }
            throw Refused(response)
        }
    }
}
