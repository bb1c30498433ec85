import App
import Domain
import Foundation
import HTTP
import HTTPClient
import Services
import Synchronization
import Testing

/// A job that a test holds up.
private struct Errand: Job {
    static let kind = JobKind("errand", queue: .batch)
    var name: String
}

private struct Call: Job {
    static let kind = JobKind("call", queue: .highPriority)
    var name: String
}

/// Lets errands through one by one or all at once, and notes who came.
private final class Doorman: Sendable {
    private struct State {
        var passed: [String] = []
        var isOpen: Bool
    }

    private let state: Mutex<State>

    init(isOpen: Bool) { state = Mutex(State(isOpen: isOpen)) }

    var passed: [String] { state.withLock { $0.passed } }
    func open() { state.withLock { $0.isOpen = true } }
    func close() { state.withLock { $0.isOpen = false } }

    func pass(_ name: String, _ context: JobContext) async throws {
        while !state.withLock({ $0.isOpen }) {
            try context.checkCancellation()
            try await Task.sleep(for: .milliseconds(2))
        }
        state.withLock { $0.passed.append(name) }
    }

    func prepare(_ installation: Installation) {
        installation.jobs.on(Errand.self) { [self] job, context in
            if job.name == "broken" { throw JobFailure.permanent("It is broken.") }
            try context.stage("waiting", percent: 10)
            context.log("\(job.name) waits")
            try await pass(job.name, context)
            return .done(.string(job.name))
        }
        installation.jobs.on(Call.self) { [self] job, context in
            try await pass(job.name, context)
            return .done(.string(job.name))
        }
    }
}

/// Queues, jobs and their monitor (inspections, §6 and §6.1).
@Suite struct JobTests {
    private static func run(
        _ doorman: Doorman, environment: [String: String] = [:],
        folder: TemporaryFolder? = nil,
        _ body: (TestDaemon, Asker) async throws -> Void
    ) async throws {
        try await TestDaemon.run(
            environment: environment, folder: folder, prepare: doorman.prepare
        ) { daemon in
            let email = "admin\(UInt32.random(in: 0 ... .max))@example.org"
            try await body(daemon, .token(try await daemon.account(email, role: .admin)))
        }
    }

    @Test func `row 38: who may look and who may act`() async throws {
        try await Self.run(Doorman(isOpen: true)) { daemon, admin in
            let user = Asker.token(try await daemon.account("user@example.org"))
            let supervisor = Asker.token(
                try await daemon.account("boss@example.org", role: .supervisor))
            for path in ["/api/queues/", "/api/queues", "/api/jobs/", "/api/jobs"] {
                let answer = try await daemon.get(path)
                #expect(answer.status == 401)
                #expect(answer[.contentType] == "application/problem+json")
                #expect(answer[.wwwAuthenticate] == "Bearer")
                #expect(try await daemon.get(path, as: .token("tok_wrong")).status == 401)
            }
            #expect(try await daemon.get("/api/queues/", as: user).status == 403)
            #expect(try await daemon.get("/api/queues/", as: supervisor).status == 200)
            #expect(try await daemon.get("/api/queues/", as: admin).status == 200)
            for path in ["/api/jobs/", "/api/queues/batch/pause", "/api/queues/batch/resume/"] {
                #expect(try await daemon.post(path, as: supervisor, "{}").status == 403)
            }
            let wrong = try await daemon.send(.put, "/api/jobs/", as: admin)
            #expect(wrong.status == 405)
            #expect(wrong[.contentType] == "application/problem+json")
        }
    }

    @Test func `row 38: a job is queued, runs and is listed`() async throws {
        try await Self.run(Doorman(isOpen: true)) { daemon, admin in
            let made = try await daemon.post(
                "/api/jobs/", as: admin, #"{"kind":"errand","args":{"name":"x"},"priority":7}"#)
            #expect(made.status == 202)
            let id = try #require(made["id"]?.string)
            let job = try await daemon.job(id, as: admin) { $0 == "succeeded" }
            let keys = try #require(job.json.object).map(\.key)
            #expect(
                keys == [
                    "id", "kind", "queue", "priority", "state", "progress", "attempts",
                    "max_attempts", "run_at", "created_at", "started_at", "finished_at", "args",
                    "result", "error", "parent_id",
                ])
            #expect(job["kind"]?.string == "errand" && job["queue"]?.string == "batch")
            #expect(job["priority"]?.int == 7 && job["attempts"]?.int == 1)
            #expect(job["args.name"]?.string == "x" && job["result"]?.string == "x")
            #expect(job["progress.stage"]?.string == "waiting")
            let list = try await daemon.get("/api/jobs/?kind=errand&state=succeeded", as: admin)
            #expect(list["count"]?.int == 1 && list["results.0.id"]?.string == id)
            let none = try await daemon.get("/api/jobs/?queue=normal", as: admin)
            #expect(none["count"]?.int == 0)
            let user = Asker.token(try await daemon.account("user@example.org"))
            #expect(try await daemon.get("/api/jobs/", as: user)["count"]?.int == 0)
            #expect(try await daemon.get("/api/jobs/\(id)", as: user).status == 404)
            #expect(try await daemon.get("/api/jobs/\(id)").status == 404)
            #expect(try await daemon.get("/api/jobs/nonsense", as: admin).status == 404)
            let far = try await daemon.get("/api/jobs/?page=9", as: admin)
            #expect(far.status == 404 && far["detail"]?.string == "Invalid page.")
            #expect(try await daemon.get("/api/jobs/?state=lost", as: admin).status == 400)
            #expect(
                try await daemon.get("/api/jobs/?page=9223372036854775807", as: admin).status
                    == 404)
        }
    }

    @Test(arguments: [
        "{}", #"{"kind":"nothing"}"#, #"{"kind":"errand"}"#,
        #"{"kind":"errand","args":{"name":3}}"#, #"{"kind":"errand","args":[]}"#,
        #"{"kind":"errand","args":{"name":"x"},"priority":10}"#,
        #"{"kind":"errand","args":{"name":"x"},"run_at":"soon"}"#,
        #"{"kind":"photo-analysis","args":{}}"#, "[]", "{",
    ])
    func `an unknown kind or bad arguments are refused`(body: String) async throws {
        try await Self.run(Doorman(isOpen: true)) { daemon, admin in
            let answer = try await daemon.post("/api/jobs/", as: admin, body)
            #expect(answer.status == 400)
            #expect(answer[.contentType] == "application/problem+json")
        }
    }

    @Test func `row 38: cancel a queued, retry a failed, and leave a finished one`() async throws {
        let doorman = Doorman(isOpen: false)
        try await Self.run(doorman) { daemon, admin in
            _ = try await daemon.post("/api/queues/batch/pause", as: admin, "")
            let waiting = try await daemon.errand("waits", as: admin)
            let cancelled = try await daemon.post("/api/jobs/\(waiting)/cancel", as: admin, "")
            #expect(cancelled.status == 200 && cancelled["state"]?.string == "cancelled")
            #expect(
                try await daemon.post("/api/jobs/\(waiting)/cancel/", as: admin, "").status == 409)
            _ = try await daemon.post("/api/queues/batch/resume", as: admin, "")
            let broken = try await daemon.errand("broken", as: admin)
            let failed = try await daemon.job(broken, as: admin) { $0 == "failed" }
            #expect(failed["error"]?.string == "It is broken.")
            let again = try await daemon.post("/api/jobs/\(broken)/retry", as: admin, "")
            #expect(again.status == 200 && again["attempts"]?.int == 0)
            _ = try await daemon.job(broken, as: admin) { $0 == "failed" }
            let running = try await daemon.errand("runs", as: admin)
            _ = try await daemon.job(running, as: admin) { $0 == "running" }
            #expect(
                try await daemon.post("/api/jobs/\(running)/retry", as: admin, "").status == 409)
            #expect(
                try await daemon.post("/api/jobs/\(running)/cancel", as: admin, "").status == 200)
            _ = try await daemon.job(running, as: admin) { $0 == "cancelled" }
            let unknown = "00000000-0000-4000-8000-000000000000"
            #expect(
                try await daemon.post("/api/jobs/\(unknown)/retry", as: admin, "").status == 404)
        }
    }

    @Test func `row 35: a paused queue waits, another goes on, and a restart changes nothing`()
        async throws
    {
        let folder = try TemporaryFolder()
        let doorman = Doorman(isOpen: true)
        var waiting = ""
        try await Self.run(doorman, folder: folder) { daemon, admin in
            let paused = try await daemon.post("/api/queues/batch/pause", as: admin, "")
            #expect(paused["name"]?.string == "batch" && paused["paused"]?.bool == true)
            waiting = try await daemon.errand("waits", as: admin)
            let made = try await daemon.post(
                "/api/jobs/", as: admin, #"{"kind":"call","args":{"name":"urgent"}}"#)
            _ = try await daemon.job(made["id"]?.string ?? "", as: admin) { $0 == "succeeded" }
            let job = try await daemon.get("/api/jobs/\(waiting)", as: admin)
            #expect(job["state"]?.string == "queued")
        }
        try await Self.run(doorman, folder: folder) { daemon, admin in
            let queues = try await daemon.get("/api/queues/", as: admin)
            #expect(queues["queues.2.paused"]?.bool == true)
            #expect(queues["queues.2.counts.queued"]?.int == 1)
            #expect(doorman.passed == ["urgent"])
            _ = try await daemon.post("/api/queues/batch/resume", as: admin, "")
            _ = try await daemon.job(waiting, as: admin) { $0 == "succeeded" }
        }
    }

    @Test func `row 36: batch jobs leave room for what is urgent`() async throws {
        let doorman = Doorman(isOpen: false)
        try await Self.run(doorman) { daemon, admin in
            for number in 0..<40 { _ = try await daemon.errand("b\(number)", as: admin) }
            let isFull = try await eventually {
                let queues = try await daemon.get("/api/queues/", as: admin)
                #expect((queues["workers.busy"]?.int ?? 9) <= 5)
                return queues["queues.2.counts.running"]?.int == 3
            }
            #expect(isFull)
            let queues = try await daemon.get("/api/queues/", as: admin)
            #expect(queues["queues.2.workers.limit"]?.int == 3)
            #expect(queues["workers.limit"]?.int == 5)
            #expect(queues["queues.2.counts.queued"]?.int == 37)
            let made = try await daemon.post(
                "/api/jobs/", as: admin, #"{"kind":"call","args":{"name":"urgent"}}"#)
            let id = made["id"]?.string ?? ""
            _ = try await daemon.job(id, as: admin) { $0 == "running" }
            doorman.open()
            _ = try await daemon.job(id, as: admin) { $0 == "succeeded" }
            #expect(doorman.passed.prefix(20).contains("urgent"))
            let isDone = try await eventually {
                let queues = try await daemon.get("/api/queues/", as: admin)
                #expect((queues["workers.busy"]?.int ?? 9) <= 5)
                return queues["queues.2.counts.succeeded"]?.int == 40
            }
            #expect(isDone)
        }
    }

    @Test func `row 38: the queues say how they stand`() async throws {
        let doorman = Doorman(isOpen: false)
        try await Self.run(doorman) { daemon, admin in
            _ = try await daemon.post("/api/queues/normal/pause", as: admin, "")
            let late = #"{"kind":"errand","args":{"name":"late"},"run_at":"2099-01-01T00:00:00Z"}"#
            #expect(try await daemon.post("/api/jobs/", as: admin, late).status == 202)
            daemon.clock.advance(90)
            let answer = try await daemon.get("/api/queues/", as: admin)
            let queue = try #require(answer.json["queues"]?[2]?.object).map(\.key)
            #expect(
                queue == [
                    "name", "paused", "target_s", "workers", "counts", "oldest_age_s", "rates",
                    "wait_ms",
                ])
            #expect(answer["queues.0.target_s"]?.int == 30)
            #expect(answer["queues.2.counts.queued"]?.int == 1)
            #expect(answer["queues.2.oldest_age_s"]?.isNull == true)
            let counts = try #require(answer.json["queues"]?[2]?["counts"]?.object).map(\.key)
            #expect(
                counts == ["queued", "running", "retrying", "succeeded", "failed", "cancelled"])
            let text = try await daemon.get("/metrics").text
            #expect(text.contains(#"tintype_queue_jobs{queue="batch",state="queued"} 1"#))
        }
    }

    @Test func `a job's stream tells state, progress and log, and goes on where it broke off`()
        async throws
    {
        let doorman = Doorman(isOpen: false)
        try await Self.run(doorman) { daemon, admin in
            let id = try await daemon.errand("x", as: admin)
            _ = try await daemon.job(id, as: admin) { $0 == "running" }
            let first = try await daemon.events(of: id, as: admin) { events in
                if events.contains(where: { $0.name == "log" }) { doorman.open() }
                return true
            }
            #expect(first.last?.name == "state")
            #expect(first.last?.data.contains(#""state":"succeeded""#) == true)
            #expect(first.contains { $0.name == "log" && $0.data.contains("x waits") })
            let ids = first.compactMap { Int($0.id ?? "") }
            #expect(ids == ids.sorted() && Set(ids).count == ids.count)
            let logged = try #require(first.first { $0.name == "log" }?.id)
            let missed = try await daemon.events(
                of: id, as: admin, fields: ["Last-Event-ID": logged]
            ) { _ in true }
            #expect(missed.map(\.name) == ["state"])
            let nothing = try await daemon.get(
                "/api/jobs/\(id)/events", as: admin,
                fields: ["Last-Event-ID": first.last?.id ?? ""])
            #expect(nothing.status == 204)
            #expect(try await daemon.get("/api/jobs/\(id)/events").status == 404)
        }
    }

    @Test func `a full queue is answered with when to try again`() async throws {
        let doorman = Doorman(isOpen: false)
        try await Self.run(doorman, environment: ["JOB_QUEUE_LIMIT": "2"]) { daemon, admin in
            _ = try await daemon.post("/api/queues/batch/pause", as: admin, "")
            for _ in 0..<2 { _ = try await daemon.errand("x", as: admin) }
            let full = try await daemon.post(
                "/api/jobs/", as: admin, #"{"kind":"errand","args":{"name":"x"}}"#)
            #expect(full.status == 503 && full[.retryAfter] != nil)
        }
    }
}

extension TestDaemon {
    func errand(_ name: String, as admin: Asker) async throws -> String {
        let answer = try await post(
            "/api/jobs/", as: admin, #"{"kind":"errand","args":{"name":"\#(name)"}}"#)
        guard let id = answer["id"]?.string else { throw Unexpected(answer.text) }
        return id
    }

    /// Waits until a job's state is as wanted.
    func job(
        _ id: String, as asker: Asker = .nobody, until isThere: (String) -> Bool
    ) async throws -> Answer {
        var last = ""
        for _ in 0..<3000 {
            let answer = try await get("/api/jobs/\(id)", as: asker)
            last = answer.text
            if isThere(answer["state"]?.string ?? "") { return answer }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw Unexpected(last)
    }

    struct StreamedEvent: Sendable {
        var id: String?
        var name: String?
        var data: String
    }

    /// Listens to a job until its stream ends or `body`, which sees all events so far, has enough.
    func events(
        of id: String, as asker: Asker = .nobody, fields: Fields = [:],
        _ body: @escaping @Sendable ([StreamedEvent]) -> Bool
    ) async throws -> [StreamedEvent] {
        var all = asker.fields
        for field in fields { all[field.name] = field.value }
        var request = ClientRequest(.get, url + "/api/jobs/\(id)/events", fields: all)
        request.timeout = .seconds(20)
        let transcript = Transcript()
        do {
            _ = try await HTTPClient().send(request) { _, bytes in
                body(Self.parse(transcript.append(bytes)))
            }
        } catch {
            // The body had enough, or the stream was cut: what came is what counts.
            guard error != .invalidRequest else { throw error }
        }
        return Self.parse(transcript.append([]))
    }

    private final class Transcript: Sendable {
        private let text = Mutex("")

        func append(_ bytes: [UInt8]) -> String {
            text.withLock { text in
                text += String(decoding: bytes, as: UTF8.self)
                return text
            }
        }
    }

    private static func parse(_ text: String) -> [StreamedEvent] {
        text.components(separatedBy: "\n\n").dropLast().compactMap { block in
            var event = StreamedEvent(data: "")
            for line in block.split(separator: "\n") {
                if line.hasPrefix("id: ") { event.id = String(line.dropFirst(4)) }
                if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
                if line.hasPrefix("data: ") { event.data += line.dropFirst(6) }
            }
            return event.data.isEmpty ? nil : event
        }
    }
}
