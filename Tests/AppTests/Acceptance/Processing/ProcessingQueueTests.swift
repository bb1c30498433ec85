import App
import Domain
import Foundation
import HTTP
import ScriptedServer
import Services
import Synchronization
import Testing

/// The limiter, retries, the queue and the costs.
@Suite struct ProcessingQueueTests {
    @Test func `rows 10, 11 and 12: exactly so many calls pass in a minute`() async throws {
        let provider = try RecordingProvider()
        let clock = TestClock()
        let folder = try TemporaryFolder()
        var token = ""
        var refused: [String] = []
        try await TestDaemon.runProcessing(provider: provider, clock: clock, folder: folder) {
            daemon in
            token = try await daemon.account("a@example.org")
            let asker = Asker.token(token)
            var ids: [String] = []
            for number in 0..<25 {
                ids.append(
                    try await daemon.image(
                        Picture.unique(1000 + number), as: asker, title: "Image \(number)"))
            }
            let answers = try await Self.all(ids) { try await daemon.process($0, as: asker) }
            #expect(provider.calls(.embedding).count == 20)
            let limited = answers.filter { $0.status == 429 }
            #expect(limited.count == 5 && answers.count { $0.status == 200 } == 20)
            for answer in limited {
                #expect(answer["message"]?.string == "Rate limited, scheduled for retry")
                #expect(answer["retryIn"]?.int == 30 && answer[.retryAfter] == "30")
                #expect(answer["thumbnail"]?.string?.hasPrefix("http://") == true)
                #expect(answer["palette"]?.array?.isEmpty == false)
                refused.append(answer["imageId"]?.string ?? "")
            }
            for id in refused {
                let row = try await daemon.row(id, as: asker)
                #expect(row["image.metadata_status"]?.string == "pending")
                #expect(row["image.retry_count"]?.int == 0)
                #expect(row["image.next_retry_at"]?.string == "2026-03-01T12:00:30.000Z")
                #expect(row["image.thumbnail_url"]?.string != nil)
            }
            let search = try await daemon.get(TestDaemon.processing + "/search?q=a", as: asker)
            #expect(search.status == 429 && search["retryIn"]?.int == 60)
        }
        clock.advance(10)
        try await TestDaemon.runProcessing(provider: provider, clock: clock, folder: folder) {
            daemon in
            let asker = Asker.token(token)
            let id = try await daemon.image(Picture.unique(99), as: asker, title: "One more")
            #expect(try await daemon.process(id, as: asker).status == 429)
            #expect(provider.calls(.embedding).count == 20)
            clock.advance(10)
            #expect(try await daemon.workOffQueue().text == #"{"message":"No jobs to process"}"#)
            clock.advance(45)
            let worked = try await daemon.workOffQueue()
            #expect(worked["processed"]?.int == 6)
            for entry in worked["results"]?.array ?? [] {
                #expect(entry["status"]?.string == "success")
                #expect(entry["result"]?["status"]?.string == "complete")
                #expect(entry["result"]?["thumbnail"]?.string?.hasPrefix(daemon.url) == true)
            }
            #expect(try await daemon.workOffQueue()["message"]?.string == "No jobs to process")
        }
    }

    @Test func `row 13: three retries, then it is given up`() async throws {
        let provider = try RecordingProvider()
        provider.on(.embedding) { _, _ in .status(500) }
        let delays = ["EMBEDDING_RETRY_DELAY_S": "1"]
        try await TestDaemon.runProcessing(provider: provider, environment: delays) { daemon in
            let asker = Asker.token(try await daemon.account("a@example.org"))
            let id = try await daemon.image(Picture.unique(13), as: asker, title: "Boats")
            for count in 1...3 {
                let answer = try await daemon.process(id, as: asker)
                #expect(answer.status == 500)
                #expect(answer["message"]?.string == "Embedding failed, scheduled for retry")
                #expect(answer["retryCount"]?.int == count && answer["maxRetries"]?.int == 3)
                daemon.clock.advance(1)
            }
            let last = try await daemon.workOffQueue()
            #expect(last["results.0.status"]?.string == "success")
            #expect(last["results.0.result.status"]?.string == "error")
            let error = last["results.0.result.error"]?.string ?? ""
            #expect(error.hasPrefix("embedding-fail: "))
            #expect(provider.calls(.embedding).count == 4)
            let row = try await daemon.row(id, as: asker)
            #expect(row["image.metadata_status"]?.string == "error")
            #expect(row["image.processing_error"]?.string == error)
            provider.on(.embedding) { _, _ in .vector(RecordingProvider.vector(0)) }
            #expect(try await daemon.process(id, as: asker)["status"]?.string == "complete")
        }
    }

    @Test func `row 14: what is finished is kept for the retry`() async throws {
        let provider = try RecordingProvider()
        provider.on(.embedding) { _, number in
            number == 0 ? .status(500) : .vector(RecordingProvider.vector(0))
        }
        try await TestDaemon.runProcessing(provider: provider) { daemon in
            let asker = Asker.token(try await daemon.account("a@example.org"))
            let id = try await daemon.image(Picture.unique(14), as: asker, title: "Boats")
            let failed = try await daemon.process(id, as: asker)
            #expect(failed.status == 500)
            let files = daemon.files()
            let well = try await daemon.process(id, as: asker)
            #expect(well.status == 200 && well["thumbnail"]?.string == failed["thumbnail"]?.string)
            #expect(daemon.files() == files)
            let row = try await daemon.row(id, as: asker)
            #expect(row["image.retry_count"]?.int == 0)
            #expect(row["image.processing_error"]?.isNull == true)
            #expect(try await daemon.workOffQueue()["message"]?.string == "No jobs to process")
        }
    }

    @Test func `row 19: the queue opens to the timer and to administrators`() async throws {
        try await TestDaemon.runProcessing { daemon in
            let path = TestDaemon.processing + "/retry_queue"
            let user = try await daemon.account("a@example.org")
            let admin = try await daemon.account("root@example.org", role: .admin)
            for (credentials, status) in [
                (nil, 401), ("Bearer wrong", 401), ("Bearer \(user)", 401),
                ("Bearer \(admin)", 200), ("Bearer \(TestDaemon.cronSecret)", 200),
            ] as [(String?, Int)] {
                let fields: Fields = credentials.map { [.authorization: $0] } ?? [:]
                let answer = try await daemon.send(.post, path, fields: fields)
                #expect(answer.status == status, "\(credentials ?? "none")")
            }
        }
        try await TestDaemon.runProcessing(environment: ["CRON_SECRET": ""]) { daemon in
            let path = TestDaemon.processing + "/retry_queue"
            for credentials in ["Bearer ", "Bearer x"] {
                let answer = try await daemon.send(
                    .post, path, fields: [.authorization: credentials])
                #expect(answer.status == 401)
            }
        }
    }

    @Test func `row 20: ten at a time, and each image once`() async throws {
        let provider = try RecordingProvider()
        let limit = ["MAX_EMBEDDING_CALLS_PER_MIN": "0"]
        let folder = try TemporaryFolder()
        let clock = TestClock()
        var token = ""
        try await TestDaemon.runProcessing(
            provider: provider, environment: limit, clock: clock, folder: folder
        ) { daemon in
            token = try await daemon.account("a@example.org")
            for number in 0..<24 {
                let id = try await daemon.image(
                    Picture.unique(2000 + number), as: .token(token), title: "Image \(number)")
                #expect(try await daemon.process(id, as: .token(token)).status == 429)
            }
        }
        clock.advance(31)
        try await TestDaemon.runProcessing(
            provider: provider, environment: ["MAX_EMBEDDING_CALLS_PER_MIN": "100"], clock: clock,
            folder: folder
        ) { daemon in
            async let one = daemon.workOffQueue()
            async let other = daemon.workOffQueue()
            let answers = [try await one, try await other, try await daemon.workOffQueue()]
            let entries = answers.flatMap { $0["results"]?.array ?? [] }
            #expect(answers.compactMap { $0["processed"]?.int }.allSatisfy { $0 <= 10 })
            #expect(Set(entries.compactMap { $0["imageId"]?.string }).count == 24)
            #expect(entries.count == 24 && provider.calls(.embedding).count == 24)
            let job = entries.first?["jobId"]?.string ?? ""
            let known = try await daemon.get("/api/jobs/\(job)", as: .token(token))
            #expect(known.status == 200)
        }
    }

    @Test func `row 21: the daemon works the queue off by itself`() async throws {
        let provider = try RecordingProvider()
        provider.on(.embedding) { _, number in
            number == 0 ? .status(500) : .vector(RecordingProvider.vector(0))
        }
        let environment = ["RETRY_QUEUE_INTERVAL_S": "2", "EMBEDDING_RETRY_DELAY_S": "1"]
        try await TestDaemon.runProcessing(provider: provider, environment: environment) {
            daemon in
            let asker = Asker.token(try await daemon.account("a@example.org"))
            let id = try await daemon.image(Picture.unique(21), as: asker, title: "Boats")
            #expect(try await daemon.process(id, as: asker).status == 500)
            let isComplete = try await eventually {
                daemon.clock.advance(2)
                daemon.installation.jobs.wake()
                let row = try await daemon.row(id, as: asker)
                return row["image.metadata_status"]?.string == "complete"
            }
            #expect(isComplete)
        }
    }

    @Test func `row 23: every call costs what it costs`() async throws {
        let provider = try RecordingProvider()
        provider.on(.embedding) { _, number in RecordingProvider.counted([123, 4, 7][number % 3]) }
        try await TestDaemon.runProcessing(provider: provider) { daemon in
            let ada = Asker.token(try await daemon.account("a@example.org"))
            let bob = Asker.token(try await daemon.account("b@example.org"))
            let admin = Asker.token(try await daemon.account("root@example.org", role: .admin))
            var ids: [String] = []
            for number in 0..<3 {
                let answer = try await daemon.processed(
                    Picture.unique(2300 + number), as: ada, title: "Boats")
                ids.append(answer["imageId"]?.string ?? "")
                daemon.clock.advance(1)
            }
            let path = TestDaemon.processing + "/usage"
            let usage = try await daemon.get(path, as: ada)
            let costs = usage["usage"]?.array?.map { $0["cost_nano_usd"]?.int ?? 0 }
            #expect(costs == [700, 400, 12_300])
            #expect(usage["usage.2.image_id"]?.string == ids[0])
            #expect(usage["usage.2.cost_usd"]?.encoded == Array("0.0000123".utf8))
            #expect(usage["usage.2.estimated"]?.bool == (false))
            #expect(
                usage["totals"]?.encoded
                    == Array(
                        #"{"calls":3,"tokens_in":134,"cost_nano_usd":13400,"cost_usd":0.0000134}"#
                            .utf8))
            #expect(try await daemon.get(path, as: bob)["usage"]?.array?.isEmpty == true)
            #expect(try await daemon.get(path, as: admin)["totals.calls"]?.int == 3)
            let page = try await daemon.get(
                path + "?limit=1&offset=1&from=2026-03-01&to=2026-03-01", as: ada)
            #expect(page["usage"]?.array?.count == 1 && page["totals.calls"]?.int == 3)
            let other = try await daemon.get(path + "?user=b@example.org", as: admin)
            #expect(other["totals.calls"]?.int == 0)
            #expect(try await daemon.get(path + "?from=yesterday", as: ada).status == 400)
        }
    }

    @Test func `an image that is asked for twice at once is processed once`() async throws {
        let provider = try RecordingProvider()
        let gate = DispatchSemaphore(value: 0)
        provider.on(.embedding) { _, _ in
            _ = gate.wait(timeout: .now() + 5)
            return .vector(RecordingProvider.vector(0))
        }
        try await TestDaemon.runProcessing(provider: provider) { daemon in
            let asker = Asker.token(try await daemon.account("a@example.org"))
            let id = try await daemon.image(Picture.unique(5), as: asker, title: "Boats")
            async let answers = Self.all([id, id, id]) { try await daemon.process($0, as: asker) }
            let isAsked = try await eventually { provider.calls(.embedding).count == 1 }
            #expect(isAsked)
            let row = try await daemon.row(id, as: asker)
            #expect(row["image.metadata_status"]?.string == "processing")
            gate.signal()
            #expect(Set(try await answers.map(\.text)).count == 1)
            #expect(provider.calls(.embedding).count == 1)
        }
    }

    @Test func `an image may be queued instead of waited for`() async throws {
        try await TestDaemon.runProcessing { daemon in
            let asker = Asker.token(try await daemon.account("a@example.org"))
            let added = try await daemon.add(
                Picture.unique(6), as: asker, ["process": "true", "title": "Boats"])
            let job = try #require(added["jobId"]?.string)
            let id = added["imageId"]?.string ?? ""
            let isDone = try await eventually {
                try await daemon.row(id, as: asker)["image.metadata_status"]?.string == "complete"
            }
            #expect(isDone)
            let known = try await daemon.get("/api/jobs/\(job)", as: asker)
            #expect(known.status == 200)
        }
    }

    @Test func `another model's embeddings are renewed`() async throws {
        let provider = try RecordingProvider()
        let folder = try TemporaryFolder()
        var token = ""
        try await TestDaemon.runProcessing(folder: folder) { daemon in
            token = try await daemon.account("a@example.org")
            _ = try await daemon.processed(
                Picture.unique(7), as: .token(token), title: "Wooden boats")
        }
        try await TestDaemon.runProcessing(provider: provider, folder: folder) { daemon in
            let path = TestDaemon.processing + "/search?q=boats"
            let isFound = try await eventually {
                try await daemon.installation.processing.queueReembedding()
                let found = try await daemon.get(path, as: .token(token))
                return found["results"]?.array?.count == 1
            }
            #expect(isFound)
            #expect(provider.calls(.embedding).contains { $0.text == "Wooden boats" })
        }
    }

    /// Asks about all at once.
    static func all(
        _ ids: [String], _ ask: @escaping @Sendable (String) async throws -> Answer
    ) async throws -> [Answer] {
        try await withThrowingTaskGroup(of: Answer.self) { group in
            for id in ids { group.addTask { try await ask(id) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}
