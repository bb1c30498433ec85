import Domain
import Services
import Store
import Telemetry
import Testing

@Suite(.timeLimit(.minutes(2))) struct JobServiceTests {
    @Test func `a job runs and its result is kept`() async throws {
        let shop = try JobWorkshop()
        shop.jobs.on(Chore.self) { job, context in
            #expect(context.attempt == 1)
            return .done(.string("did " + job.name))
        }
        let job = try await shop.run { try await shop.finish(Chore(name: "dishes")) }
        #expect(job.state == .succeeded)
        #expect(job.result == .string("did dishes"))
        #expect(job.arguments == JSONText(#"{"name":"dishes"}"#))
        #expect(job.attempts == 1)
        #expect(job.finishedAt == shop.clock.now)
    }

    @Test func `a job appears with its cause or not at all`() async throws {
        struct Regret: Error {}
        let shop = try JobWorkshop()
        shop.jobs.on(Chore.self) { _, _ in .done(.null) }
        let job = try shop.jobs.make(Chore(name: "x"))
        await #expect(throws: Regret.self) {
            try await shop.store.write { tables in
                try tables.jobs.enqueue(job)
                throw Regret()
            }
        }
        #expect(try await shop.job(job.id) == nil)
    }

    @Test func `a failed attempt is followed by others after doubling pauses`() async throws {
        let shop = try JobWorkshop()
        shop.jobs.on(Chore.self) { _, context in
            throw JobFailure.retry("no \(context.attempt)")
        }
        try await shop.run {
            let queued = try await shop.jobs.enqueue(shop.jobs.make(Chore(name: "x")))
            for (attempt, pause) in [(1, 60.0), (2, 120.0)] {
                let job = try await shop.wait(for: queued.id) {
                    $0.state == .retrying && $0.attempts == attempt
                }
                #expect(job.error == .string("no \(attempt)"))
                let wait = job.runAt.seconds(since: shop.clock.now)
                #expect(wait >= pause * 0.75 && wait <= pause * 1.25)
                shop.clock.advance(seconds: wait - 1)
                shop.jobs.wake()
                #expect(try await shop.job(queued.id)?.state == .retrying)
                shop.clock.advance(seconds: 1)
                shop.jobs.wake()
            }
            let job = try await shop.end(of: queued.id)
            #expect(job.state == .failed)
            #expect(job.attempts == 3)
            #expect(job.error == .string("no 3"))
        }
        let rendered = shop.metrics.render()
        #expect(rendered.contains(#"tintype_job_retries_total{kind="chore"} 2"#))
        #expect(rendered.contains(#"tintype_jobs_total{kind="chore",state="failed"} 1"#))
    }

    @Test(arguments: [
        (JobFailure.permanent("gone"), JobState.failed, 1, 0.0...0.0),
        (.retry("busy", after: .seconds(300)), .retrying, 1, 300...300),
        (.retry("busy", after: .seconds(3600)), .retrying, 1, 600...600),
        (.postpone("full", for: .seconds(30)), .retrying, 0, 30...30),
    ])
    func `a failure says what follows from it`(
        failure: JobFailure, state: JobState, attempts: Int, pause: ClosedRange<Double>
    ) async throws {
        let shop = try JobWorkshop()
        shop.jobs.on(Chore.self) { _, _ in throw failure }
        try await shop.run {
            let queued = try await shop.jobs.enqueue(shop.jobs.make(Chore(name: "x")))
            let job = try await shop.wait(for: queued.id) { $0.state == state }
            #expect(job.attempts == attempts)
            #expect(job.error == failure.error)
            #expect(pause.contains(job.runAt.seconds(since: shop.clock.now)))
        }
    }

    @Test func `nobody is shown what nobody expected`() async throws {
        struct Accident: Error { let path = "/secret" }
        let shop = try JobWorkshop { $0.attempts = 1 }
        shop.jobs.on(Chore.self) { _, _ in throw Accident() }
        let job = try await shop.run { try await shop.finish(Chore(name: "x")) }
        #expect(job.state == .failed)
        #expect(job.error == .string("Internal error"))
    }

    @Test func `effects are written with the acknowledgement or not at all`() async throws {
        struct Refusal: Error {}
        let shop = try JobWorkshop {
            $0.attempts = 2; $0.retryBase = .zero
        }
        shop.jobs.on(Chore.self) { _, context in
            .commit { tables in
                try tables.settings.set(
                    "attempt \(context.attempt)", to: "1", at: Time(milliseconds: 0))
                if context.attempt == 1 { throw Refusal() }
                return .string("written")
            }
        }
        let job = try await shop.run { try await shop.finish(Chore(name: "x")) }
        #expect(job.state == .succeeded)
        #expect(job.attempts == 2)
        #expect(try await shop.store.read { try $0.settings.all() } == ["attempt 2": "1"])
    }

    @Test func `a key waits once`() async throws {
        let shop = try JobWorkshop()
        func make(_ name: String, _ rule: NewJob.OnDuplicate = .keep) throws -> NewJob {
            try shop.jobs.make(
                Chore(name: name), start: .after(.seconds(name == "late" ? 50 : 10)), key: "k",
                onDuplicate: rule)
        }
        let first = try await shop.jobs.enqueue(make("a"))
        #expect(try await shop.jobs.enqueue(make("b")).id == first.id)
        let moved = try await shop.jobs.enqueue(make("late", .reschedule))
        #expect(moved.id == first.id)
        #expect(moved.runAt.seconds(since: shop.clock.now) == 50)
        try await shop.store.write { try $0.jobs.withdraw(key: "k") }
        #expect(try await shop.job(first.id) == nil)
        #expect(try await shop.jobs.enqueue(make("c")).id != first.id)
    }

    @Test func `a full queue refuses`() async throws {
        let shop = try JobWorkshop { $0.queueLimit = 2 }
        for _ in 0..<2 { _ = try await shop.jobs.enqueue(shop.jobs.make(Chore(name: "x"))) }
        let refused = await #expect(throws: Failure.self) {
            try await shop.jobs.enqueue(shop.jobs.make(Chore(name: "x")))
        }
        #expect(refused?.code == .unavailable)
        _ = try await shop.jobs.enqueue(shop.jobs.make(Training()))
    }

    @Test func `a parent ends when all its children have`() async throws {
        struct Brood: Job {
            static let kind = JobKind("brood", queue: .batch)
        }
        let shop = try JobWorkshop()
        shop.jobs.on(Chore.self) { job, _ in
            if job.name == "2" { throw JobFailure.permanent("no") }
            return .done(.string(job.name))
        }
        shop.jobs.on(Brood.self) { [jobs = shop.jobs] _, context in
            guard context.isResuming else {
                return .children(
                    try (0..<7).map { try jobs.make(Chore(name: "\($0)"), queue: .batch) },
                    window: 2)
            }
            let ended = try await context.children()
            return .done(.string(ended.map(\.state.rawValue).joined(separator: " ")))
        }
        try await shop.run {
            let parent = try await shop.finish(Brood())
            #expect(parent.attempts == 1)
            #expect(
                parent.result
                    == .string(
                        "succeeded succeeded failed succeeded succeeded succeeded succeeded"))
            #expect(parent.children == .init(total: 7, left: 0))
        }
    }

    @Test func `a cancelled job that waits never runs`() async throws {
        let shop = try JobWorkshop()
        let notes = Notes()
        shop.jobs.on(Chore.self) { job, _ in
            notes.add(job.name)
            return .done(.null)
        }
        let job = try await shop.jobs.enqueue(shop.jobs.make(Chore(name: "x")))
        #expect(try await shop.jobs.cancel(job.id)?.state == .cancelled)
        try await shop.run { _ = try await shop.finish(Chore(name: "y")) }
        #expect(notes.all == ["y"])
        await #expect(throws: Failure.self) { try await shop.jobs.cancel(job.id) }
        #expect(try await shop.jobs.retry(job.id)?.state == .queued)
        try await shop.run { _ = try await shop.end(of: job.id) }
        #expect(notes.all == ["y", "x"])
    }

    @Test func `cancelling reaches the handler`() async throws {
        let shop = try JobWorkshop()
        let gate = Gate()
        shop.jobs.on(Chore.self) { _, context in
            gate.open()
            while true {
                try context.stage("turning")
                try await Task.sleep(for: .seconds(100))
            }
        }
        try await shop.run {
            let job = try await shop.jobs.enqueue(shop.jobs.make(Chore(name: "x")))
            await gate.pass()
            _ = try await shop.jobs.cancel(job.id)
            let ended = try await shop.end(of: job.id, within: .seconds(5))
            #expect(ended.state == .cancelled)
            #expect(ended.progress?.stage == "turning")
        }
    }

    @Test func `a handler that does not listen is given up`() async throws {
        let shop = try JobWorkshop()
        let started = Gate()
        let end = Gate()
        shop.jobs.on(Chore.self) { _, _ in
            started.open()
            await end.pass()
            return .done(.null)
        }
        try await shop.run {
            let job = try await shop.jobs.enqueue(shop.jobs.make(Chore(name: "x")))
            await started.pass()
            _ = try await shop.jobs.cancel(job.id)
            #expect(try await shop.end(of: job.id, within: .seconds(6)).state == .cancelled)
            end.open()
        }
    }

    @Test func `what runs when the daemon stops runs again without having counted`() async throws {
        let shop = try JobWorkshop()
        let started = Gate()
        shop.jobs.on(Chore.self) { _, context in
            started.open()
            while true { try await Task.sleep(for: .seconds(100)) }
        }
        let job = try await shop.run {
            let job = try await shop.jobs.enqueue(shop.jobs.make(Chore(name: "x")))
            await started.pass()
            return job
        }
        let stopped = try await shop.job(job.id)
        #expect(stopped?.state == .queued)
        #expect(stopped?.attempts == 0)
    }

    @Test func `the jobs of a dead process run again, as often as they may`() async throws {
        let shop = try JobWorkshop()
        let job = try await shop.jobs.enqueue(shop.jobs.make(Chore(name: "x")))
        for attempt in 1...3 {
            let now = shop.clock.now
            let number = job.number
            let claimed = try await shop.store.write { tables in
                try tables.jobs.claim(number, by: "dead", until: now, at: now)
            }
            #expect(claimed?.attempts == attempt)
            let lost = try await shop.store.write { tables in
                try tables.jobs.recover(butNot: "alive", keeping: [], at: now)
            }
            #expect(lost.count == 1)
        }
        let parked = try await shop.job(job.id)
        #expect(parked?.state == .failed)
        #expect(parked?.error?.text.contains("daemon ended") == true)
    }

    @Test func `nothing is taken from an unknown kind but its attempt`() async throws {
        let shop = try JobWorkshop()
        let job = try await shop.run { try await shop.finish(Chore(name: "x")) }
        #expect(job.state == .failed)
        #expect(job.error?.text.contains("knows no jobs") == true)
    }

    @Test func `a family runs what it starts itself`() async throws {
        struct Retry: Job {
            static let kind = JobKind("retry_image", queue: .normal, start: .family)
            var image: String
        }
        let shop = try JobWorkshop()
        let notes = Notes()
        shop.jobs.on(Retry.self) { job, _ in
            notes.add(job.image)
            if job.image == "b" { throw JobFailure.permanent("broken") }
            return .done(.string(job.image))
        }
        try await shop.run {
            for (name, pause) in [("a", 5), ("b", 3), ("c", 50)] {
                _ = try await shop.jobs.enqueue(
                    shop.jobs.make(Retry(image: name), start: .after(.seconds(pause)), key: name))
            }
            #expect(try await shop.jobs.runDue(Retry.kind, limit: 10).isEmpty)
            shop.clock.advance(seconds: 10)
            async let first = shop.jobs.runDue(Retry.kind, limit: 10)
            async let second = shop.jobs.runDue(Retry.kind, limit: 10)
            let ended = try await first + second
            #expect(ended.map(\.state) == [.failed, .succeeded])
            #expect(notes.all == ["b", "a"])
        }
    }
}
