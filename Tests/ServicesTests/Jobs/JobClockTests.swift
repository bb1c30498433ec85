import Domain
import Services
import Store
import Testing

private let hour = 3600.0
private let year = 365.25 * 86_400

/// Queue and schedules while the clock is set forward and back.
@Suite(.timeLimit(.minutes(2))) struct JobClockTests {
    @Test(arguments: [hour, -hour, 5 * year, -5 * year, 30 * year, -30 * year])
    func `a running job is neither repeated nor lost when the clock jumps`(jump: Double)
        async throws
    {
        let shop = try JobWorkshop()
        let notes = Notes()
        let gate = Gate()
        let started = Gate()
        shop.jobs.on(Chore.self) { job, _ in
            notes.add(job.name)
            started.open()
            await gate.pass()
            return .done(.null)
        }
        try await shop.run {
            let job = try await shop.jobs.enqueue(shop.jobs.make(Chore(name: "x")))
            await started.pass()
            shop.clock.advance(seconds: jump)
            shop.jobs.wake()
            let other = try await shop.jobs.enqueue(shop.jobs.make(Chore(name: "y")))
            _ = try await shop.wait(for: other.id) { $0.state == .running }
            gate.open()
            let ended = try await shop.end(of: job.id)
            #expect(ended.state == .succeeded && ended.attempts == 1)
            #expect(try await shop.end(of: other.id).attempts == 1)
            #expect(notes.all == ["x", "y"])
        }
    }

    @Test(arguments: [-hour, -5 * year, -30 * year])
    func `a pause is no longer when the clock is set back`(jump: Double) async throws {
        let shop = try JobWorkshop()
        shop.jobs.on(Chore.self) { _, context in
            if context.attempt == 1 { throw JobFailure.retry("once more") }
            return .done(.null)
        }
        try await shop.run {
            let job = try await shop.jobs.enqueue(shop.jobs.make(Chore(name: "x")))
            _ = try await shop.wait(for: job.id) { $0.state == .retrying }
            shop.clock.advance(seconds: jump)
            shop.jobs.wake()
            let moved = try await shop.wait(for: job.id) {
                $0.runAt.seconds(since: shop.clock.now) <= 75
            }
            #expect(moved.state == .retrying)
            shop.clock.advance(seconds: 75)
            shop.jobs.wake()
            #expect(try await shop.end(of: job.id).state == .succeeded)
        }
    }

    @Test func `what waits goes first although the clock was set back`() async throws {
        let shop = try JobWorkshop { $0.workers = 2 }
        let notes = Notes()
        shop.jobs.on(Chore.self) { job, _ in
            notes.add(job.name)
            return .done(.null)
        }
        try await shop.jobs.setPaused(true, .normal)
        for name in ["a", "b"] {
            _ = try await shop.jobs.enqueue(shop.jobs.make(Chore(name: name)))
        }
        shop.clock.advance(seconds: -3 * year)
        let last = try await shop.jobs.enqueue(shop.jobs.make(Chore(name: "c")))
        try await shop.run {
            try await shop.jobs.setPaused(false, .normal)
            _ = try await shop.end(of: last.id)
        }
        #expect(notes.all == ["a", "b", "c"])
    }

    @Test func `a time that was asked for stays that time`() async throws {
        let shop = try JobWorkshop()
        let time = shop.clock.now.advanced(bySeconds: 100)
        let job = try await shop.jobs.enqueue(shop.jobs.make(Chore(name: "x"), start: .at(time)))
        shop.clock.advance(seconds: -year)
        let now = shop.clock.now
        try await shop.store.write { _ = try $0.jobs.followClock(back: now) }
        #expect(try await shop.job(job.id)?.runAt == time)
    }

    // MARK: - Priorities

    @Test func `a high priority goes first, but what has waited long enough is not passed`()
        async throws
    {
        let shop = try JobWorkshop { $0.workers = 2 }
        let notes = Notes()
        shop.jobs.on(Chore.self) { job, _ in
            notes.add(job.name)
            return .done(.null)
        }
        func enqueue(_ name: String, _ priority: Int) async throws -> JobRecord {
            try await shop.jobs.enqueue(shop.jobs.make(Chore(name: name), priority: priority))
        }
        _ = try await enqueue("old and low", 0)
        shop.clock.advance(seconds: 9 * 600 + 1)
        _ = try await enqueue("low", 0)
        _ = try await enqueue("middle", 5)
        _ = try await enqueue("high", 9)
        let last = try await enqueue("lowest", 0)
        try await shop.run { _ = try await shop.end(of: last.id) }
        #expect(notes.all == ["old and low", "high", "middle", "low", "lowest"])
    }

    // MARK: - Schedules

    /// 2027-01-15T08:00:00Z.
    private static let morning: Int64 = 1_800_000_000

    private func scheduled(
        _ timing: Schedule.Timing, _ body: (JobWorkshop, Notes) async throws -> Void
    ) async throws {
        let shop = try JobWorkshop()
        let notes = Notes()
        shop.clock.set(seconds: Self.morning)
        shop.jobs.on(Training.self) { _, _ in
            notes.add("ran")
            return .done(.null)
        }
        try shop.jobs.schedule(Training(), timing)
        try await shop.run { try await body(shop, notes) }
    }

    /// Lets the scheduler look at the clock and waits until what it started has ended.
    private func settle(_ shop: JobWorkshop) async throws {
        shop.jobs.wake()
        for _ in 0..<3 {
            let probe = try await shop.jobs.enqueue(
                shop.jobs.make(Training(), key: "probe", onDuplicate: .keepRunning))
            _ = try await shop.end(of: probe.id)
        }
    }

    private func runs(_ notes: Notes, after settling: Int) -> Int { notes.all.count - settling * 3 }

    @Test func `a schedule runs at its time, once`() async throws {
        try await scheduled(.cron("0 9 * * *")) { shop, notes in
            try await settle(shop)
            #expect(runs(notes, after: 1) == 0)
            let schedule = try await shop.jobs.overview().schedules.first
            #expect(schedule?.nextRun == Time(milliseconds: (Self.morning + 3600) * 1000))
            #expect(schedule?.lastRun == nil)
            shop.clock.advance(seconds: 3600)
            try await settle(shop)
            try await settle(shop)
            #expect(runs(notes, after: 3) == 1)
            let ran = try await shop.jobs.overview().schedules.first
            #expect(ran?.lastRun == shop.clock.now)
            #expect(ran?.lastStatus == .succeeded)
            #expect(
                ran?.nextRun == Time(milliseconds: (Self.morning + 3600 + 86_400) * 1000))
        }
    }

    @Test(arguments: [3 * 86_400.0, 5 * year])
    func `runs that were missed happen once`(jump: Double) async throws {
        try await scheduled(.cron("*/5 * * * *")) { shop, notes in
            shop.clock.advance(seconds: jump)
            try await settle(shop)
            try await settle(shop)
            #expect(runs(notes, after: 2) == 1)
        }
    }

    @Test func `an hour that comes again is not run again`() async throws {
        try await scheduled(.cron("0 9 * * *")) { shop, notes in
            shop.clock.advance(seconds: 3600)
            try await settle(shop)
            shop.clock.advance(seconds: -7200)
            try await settle(shop)
            shop.clock.advance(seconds: 7200)
            try await settle(shop)
            #expect(runs(notes, after: 3) == 1)
            shop.clock.advance(seconds: 86_400)
            try await settle(shop)
            #expect(runs(notes, after: 4) == 2)
        }
    }

    @Test func `a clock set back by years does not silence a schedule`() async throws {
        try await scheduled(.cron("0 9 * * *")) { shop, notes in
            shop.clock.advance(seconds: 3600)
            try await settle(shop)
            shop.clock.set(seconds: Self.morning - 4 * 365 * 86_400)
            try await settle(shop)
            #expect(runs(notes, after: 2) == 1)
            shop.clock.advance(seconds: 86_400)
            try await settle(shop)
            #expect(runs(notes, after: 3) == 2)
        }
    }

    @Test func `an interval survives a clock set back`() async throws {
        try await scheduled(.every(.seconds(600))) { shop, notes in
            shop.clock.advance(seconds: -year)
            try await settle(shop)
            #expect(runs(notes, after: 1) == 0)
            shop.clock.advance(seconds: 600)
            try await settle(shop)
            #expect(runs(notes, after: 2) == 1)
        }
    }

    @Test func `a paused schedule rests, and one can be started by hand`() async throws {
        try await scheduled(.cron("0 9 * * *")) { shop, notes in
            try await shop.jobs.setPaused(true, schedule: "training")
            shop.clock.advance(seconds: 3600)
            try await settle(shop)
            #expect(runs(notes, after: 1) == 0)
            let job = try await shop.jobs.runNow(schedule: "training")
            _ = try await shop.end(of: job.id)
            #expect(runs(notes, after: 1) == 1)
            try await shop.jobs.setPaused(false, schedule: "training")
            shop.clock.advance(seconds: 86_400)
            try await settle(shop)
            #expect(runs(notes, after: 2) == 2)
            await #expect(throws: Failure.self) { try await shop.jobs.runNow(schedule: "x") }
        }
    }

    @Test func `schedules keep their plan over a restart, and lost ones are forgotten`()
        async throws
    {
        let temporary = try TemporaryStore()
        let first = try JobWorkshop(temporary)
        first.jobs.on(Training.self) { _, _ in .done(.null) }
        try first.jobs.schedule(Training(), .cron("0 9 * * *"))
        try first.jobs.schedule(Training(), .every(.seconds(60)), name: "old")
        try await first.run {}
        let planned = try await first.jobs.overview().schedules
        #expect(planned.map(\.name) == ["training", "old"])
        let second = try JobWorkshop(temporary)
        second.jobs.on(Training.self) { _, _ in .done(.null) }
        try second.jobs.schedule(Training(), .cron("0 9 * * *"))
        try await second.run {}
        #expect(try await second.jobs.overview().schedules == [planned[0]])
    }

    // MARK: - Quiet hours

    @Test func `batch jobs wait for the quiet hours where they should`() async throws {
        let shop = try JobWorkshop { $0.offPeak = (22 * 60, 6 * 60) }
        shop.clock.set(seconds: Self.morning)
        shop.jobs.on(Training.self) { _, _ in .done(.null) }
        shop.jobs.on(Chore.self) { _, _ in .done(.null) }
        try await shop.run {
            let night = try await shop.jobs.enqueue(shop.jobs.make(Training()))
            _ = try await shop.finish(Chore(name: "day"))
            #expect(try await shop.job(night.id)?.state == .queued)
            shop.clock.advance(seconds: 14 * 3600)
            shop.jobs.wake()
            #expect(try await shop.end(of: night.id).state == .succeeded)
        }
    }

    // MARK: - Keeping

    @Test func `what ended is kept for a time and then forgotten`() async throws {
        let shop = try JobWorkshop { $0.keeping = .seconds(100) }
        shop.jobs.on(Chore.self) { _, context in
            context.log("done")
            return .done(.null)
        }
        let job = try await shop.run { try await shop.finish(Chore(name: "x")) }
        try await shop.jobs.sweep()
        #expect(try await shop.job(job.id) != nil)
        shop.clock.advance(seconds: 101)
        try await shop.jobs.sweep()
        #expect(try await shop.job(job.id) == nil)
        let counts = try await shop.store.read { try $0.queues.counts() }
        #expect(counts.values.flatMap(\.values).allSatisfy { $0 == 0 })
    }
}
