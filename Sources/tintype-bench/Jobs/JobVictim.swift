import Domain
import Foundation
import SQLite
import Services
import Store
import Telemetry

/// A process that works off jobs with side effects in its database while it is killed, and starts again.
///
/// `tintype-bench job-victim DIR COUNT`: queues numbered jobs, each in the transaction of its cause, until there are
/// COUNT of them, and runs them. It ends with 0 once all have ended.
enum JobVictim {
    /// Writes its number into the audit, in one of the ways in which jobs end.
    private struct Effect: Job {
        static let kind = JobKind("effect", queue: .normal, attempts: 100)
        var number: Int
    }

    /// Ends when its two children have written their numbers.
    private struct Parent: Job {
        static let kind = JobKind("parent", queue: .batch, attempts: 100)
        var number: Int
    }

    static func main(_ arguments: [String]) async -> Int32 {
        guard arguments.count == 2, let count = Int(arguments[1]) else { return 2 }
        do {
            try await run(arguments[0] + "/jobs.db", count)
            return 0
        } catch {
            note("job-victim: \(error)")
            return 1
        }
    }

    private static func run(_ path: String, _ count: Int) async throws {
        let store = try DataStore(path: path, readers: 2)
        var settings = JobSettings()
        settings.retryBase = .milliseconds(5)
        let jobs = JobService(
            store: store, settings: settings, clock: .wall, log: .silent, metrics: Metrics())
        handle(jobs)
        let work = Task { try await jobs.run() }
        try await enqueue(count, jobs, store)
        while true {
            let open = try await store.read { tables in
                try JobState.allCases.filter { !$0.isFinal }
                    .map { try tables.jobs.count(.init(state: $0)) }.reduce(0, +)
            }
            if open == 0 { break }
            try await Task.sleep(for: .milliseconds(5))
        }
        work.cancel()
        _ = await work.result
        await store.close()
    }

    private static func handle(_ jobs: JobService) {
        jobs.on(Effect.self) { job, context in
            // Most are short; some take a while, some fail at first, some say how far they are.
            switch job.number % 16 {
            case 1: try await Task.sleep(for: .milliseconds(3))
            case 2 where context.attempt == 1: throw JobFailure.retry("not yet")
            case 3:
                try context.stage("half", percent: 50)
                context.log("half of \(job.number)")
            case 4 where context.attempt == 1: return .commit { _ in throw JobFailure.retry("no") }
            default: break
            }
            return .commit { tables in
                try write("effect \(job.number)", tables)
                return .string("\(job.number)")
            }
        }
        jobs.on(Parent.self) { [jobs] job, context in
            if context.isResuming {
                let ended = try await context.children()
                guard ended.count == 2, ended.allSatisfy({ $0.state == .succeeded }) else {
                    throw JobFailure.permanent("children are missing")
                }
                return .commit { tables in
                    try write("effect \(job.number)", tables)
                    return .null
                }
            }
            return .children(
                try (0..<2).map { child in
                    try jobs.make(Effect(number: -(job.number * 2 + child) - 1), queue: .batch)
                }, window: 1)
        }
    }

    private static func write(_ subject: String, _ tables: Tables) throws {
        try tables.audit.append(
            at: Time(milliseconds: 0), actor: "victim", action: "effect", subject: subject,
            detail: "")
    }

    /// Goes on where an earlier life stopped: as many causes are written as jobs were queued.
    private static func enqueue(
        _ count: Int, _ jobs: JobService, _ store: DataStore
    ) async throws {
        var next = try await store.read { try Int($0.settings.all()["causes"] ?? "0") ?? 0 }
        while next < count {
            let numbers = next..<min(count, next + Int.random(in: 1...40))
            let made = try numbers.map { number in
                try number % 50 == 49
                    ? jobs.make(Parent(number: number)) : jobs.make(Effect(number: number))
            }
            try await store.write { tables in
                try tables.settings.set(
                    "causes", to: "\(numbers.upperBound)", at: Time(milliseconds: 0))
                for job in made { try tables.jobs.enqueue(job) }
            }
            next = numbers.upperBound
        }
    }
}

/// Kills a victim again and again and looks at what it leaves behind.
enum JobKills {
    struct Outcome {
        var kills = 0
        var jobs = 0
        /// Numbers without exactly one effect.
        var wrong = 0
        /// Jobs that have not succeeded.
        var unfinished = 0
        var effects = 0
        /// Attempts that were cut off.
        var attempts = 0
    }

    static func main(_ arguments: [String]) async -> Int32 {
        var options: [String: String] = [:]
        var rest = arguments[...]
        while let name = rest.popFirst() { options[name] = rest.popFirst() }
        do {
            let outcome = try await run(
                kills: options["--kills"].flatMap(Int.init) ?? 500,
                jobs: options["--jobs"].flatMap(Int.init) ?? 20_000,
                folder: options["--data"] ?? ".build/bench")
            print(
                "\(outcome.kills) kills, \(outcome.jobs) jobs: \(outcome.effects) effects, "
                    + "\(outcome.wrong) missing or doubled, \(outcome.unfinished) unfinished, "
                    + "\(outcome.attempts) attempts cut off")
            return outcome.wrong == 0 && outcome.unfinished == 0 ? 0 : 1
        } catch {
            note("tintype-bench: \(error)")
            return 1
        }
    }

    /// Spreads `kills` over the time that `jobs` jobs take, by giving each life few of them.
    static func run(kills: Int, jobs: Int, folder: String) async throws -> Outcome {
        let directory = folder + "/kills-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var outcome = Outcome(jobs: jobs)
        for life in 0... {
            let isLast = outcome.kills >= kills
            let goal = isLast ? jobs : min(jobs, jobs * (life + 1) / max(kills, 1))
            let process = Process()
            process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            process.arguments = ["job-victim", directory, "\(goal)"]
            try process.start()
            if isLast {
                process.waitUntilExit()
                guard process.terminationStatus == 0 else {
                    throw BenchFailure("the victim failed by itself")
                }
                break
            }
            try await Task.sleep(for: .milliseconds(Int.random(in: 5...120)))
            if process.isRunning {
                kill(process.processIdentifier, SIGKILL)
                outcome.kills += 1
            }
            process.waitUntilExit()
        }
        return try await judge(outcome, directory + "/jobs.db")
    }

    private static func judge(_ outcome: Outcome, _ path: String) async throws -> Outcome {
        var outcome = outcome
        let store = try DataStore(path: path, readers: 1)
        let (counts, rows) = try await store.read { tables in
            (
                try tables.queues.counts(),
                try tables.jobs.list(.init(), limit: .max, offset: 0)
            )
        }
        await store.close()
        let subjects = try Connection(path: path).all(
            "SELECT subject FROM audit WHERE action = 'effect'"
        ) { try $0[0] as String }
        var seen: [String: Int] = [:]
        for subject in subjects { seen[subject, default: 0] += 1 }
        outcome.effects = subjects.count
        var numbers = Array(0..<outcome.jobs)
        for parent in numbers where parent % 50 == 49 {
            numbers.append(-(parent * 2) - 1)
            numbers.append(-(parent * 2) - 2)
        }
        for number in numbers where seen["effect \(number)"] != 1 { outcome.wrong += 1 }
        if subjects.count != numbers.count { outcome.wrong += 1 }
        outcome.unfinished = rows.count { $0.state != .succeeded }
        outcome.attempts = rows.reduce(0) { $0 + $1.attempts - 1 }
        let counted = counts.values.flatMap(\.values).reduce(0, +)
        let succeeded = counts.values.compactMap { $0[.succeeded] }.reduce(0, +)
        guard counted == rows.count, succeeded == rows.count - outcome.unfinished else {
            throw BenchFailure("the counters of the queues are wrong")
        }
        return outcome
    }
}

extension TimeSource {
    static let wall = TimeSource {
        Time(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000))
    }
}
