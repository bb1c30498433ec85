import Dispatch
import Domain
import Foundation
import HTTP
import Synchronization
import Testing

/// Photos whose clients do not wait (§3.3 and §3.4).
@Suite struct AsyncPhotoTests {
    private static let preferAsync: Fields = ["Prefer": "respond-async, wait=10"]
    private static let path = "/api/photo-analysis/batch/"

    private static func text(_ value: JSONValue?) -> String {
        String(decoding: value?.encoded ?? [], as: UTF8.self)
    }

    @Test func `row 56: a job brings what waiting would have brought`() async throws {
        try await TestDaemon.run(settings: ["ENABLE_RATE_LIMITING": "true"]) { daemon in
            let photo = Picture.scene(560).jpeg()
            let answer = try await daemon.upload(photo, as: "F1", fields: Self.preferAsync)
            #expect(answer.status == 202)
            #expect(answer.fields["Preference-Applied"] == "respond-async")
            #expect(answer[.xRateLimitRemaining] == "4")
            let id = try #require(answer["job_id"]?.string)
            #expect(answer.json.object?.map(\.key) == ["job_id", "status_url", "events_url"])
            #expect(answer["status_url"]?.string == "\(daemon.url)/api/jobs/\(id)")
            #expect(answer["events_url"]?.string == "\(daemon.url)/api/jobs/\(id)/events")
            #expect(answer[.location] == "\(daemon.url)/api/jobs/\(id)")
            let job = try await daemon.job(id) { $0 == "succeeded" }
            #expect(job["kind"]?.string == "photo-analysis")
            #expect(job["result.status"]?.int == 201)
            #expect(job["args"]?.object?.isEmpty == true)
            #expect(!job.text.contains("F1"))
            #expect(job["progress.stage"]?.string == "matched")
            let record = try #require(job["result.body.analysis"])
            let read = try await daemon.get(
                "/api/photo-analysis/\(record["id"]?.string ?? "")/", as: "F1")
            #expect(read.text == Self.text(record))
            #expect(job["result.body.cached"]?.bool == false)
            #expect(daemon.files(in: "blobs/jobs").isEmpty)
            let again = try await daemon.upload(photo, as: "F1", fields: Self.preferAsync)
            #expect(again.status == 200 && again["cached"]?.bool == true)
            #expect(!again.fields.contains("Preference-Applied"))
            let events = try await daemon.events(of: id) { _ in true }
            #expect(events.map(\.name) == ["state"])
        }
    }

    @Test func `what can be told at once is told at once`() async throws {
        try await TestDaemon.run(settings: ["ENABLE_RATE_LIMITING": "true"]) { daemon in
            let bitmap = try await daemon.upload(
                Picture.plain(1, 2, 3).bmp, as: "F1", fields: Self.preferAsync)
            #expect(bitmap.status == 400 && bitmap[.xRateLimitRemaining] == "5")
            let jpeg = Picture.scene(561).jpeg()
            let cut = try await daemon.upload(
                Array(jpeg.prefix(jpeg.count / 2)), as: "F1", fields: Self.preferAsync)
            #expect(cut.status == 400 && cut[.xRateLimitRemaining] == "5")
            for number in 0..<5 {
                let answer = try await daemon.upload(
                    Picture.unique(number), as: "F1", fields: Self.preferAsync)
                #expect(answer.status == 202)
            }
            let limited = try await daemon.upload(
                Picture.unique(5), as: "F1", fields: Self.preferAsync)
            #expect(limited.status == 429 && limited["retry_after"]?.int != nil)
        }
    }

    @Test func `a failed analysis is a failed job with the answer of waiting`() async throws {
        try await TestDaemon.run { daemon in
            daemon.provider.on(.suggestions) { _, _ in .status(401) }
            let answer = try await daemon.upload(
                Picture.unique(1), as: "F1", fields: Self.preferAsync)
            let job = try await daemon.job(answer["job_id"]?.string ?? "") { $0 == "failed" }
            #expect(job["error.status"]?.int == 500)
            #expect(job["error.body.error"]?.string == "Photo analysis failed")
            #expect(job["attempts"]?.int == 1)
            let waited = try await daemon.upload(Picture.unique(1), as: "F1")
            #expect(waited.text == Self.text(job["error.body"]))
        }
    }

    @Test func `row 56: a batch is a job for each image`() async throws {
        try await TestDaemon.run(settings: ["ENABLE_RATE_LIMITING": "true"]) { daemon in
            let known = Picture.scene(562).jpeg()
            _ = try await daemon.record(known, as: "F1")
            let new = Picture.scene(563).jpeg()
            var form = Form()
            form.file("images", new, filename: "new.jpg")
            form.file("images", known, filename: "known.jpg")
            form.file("images", Picture.plain(1, 2, 3).bmp, filename: "no.bmp", type: "image/bmp")
            form.file("images", new, filename: "twin.jpg")
            form.text("fingerprint", "F1")
            let answer = try await daemon.batch(form)
            #expect(answer.status == 202)
            let jobs = try #require(answer.json["jobs"]?.array)
            #expect(jobs.map { $0["index"]?.int } == [0, 1, 2, 3])
            #expect(
                jobs.compactMap { $0["filename"]?.string } == [
                    "new.jpg", "known.jpg", "no.bmp", "twin.jpg",
                ])
            let ids = jobs.compactMap { $0["job_id"]?.string }
            #expect(Set(ids).count == 4)
            let duplicate = try await daemon.get("/api/jobs/\(ids[1])")
            #expect(duplicate["state"]?.string == "succeeded")
            #expect(duplicate["result.status"]?.int == 200)
            #expect(duplicate["result.body.cached"]?.bool == true)
            let refused = try await daemon.get("/api/jobs/\(ids[2])")
            #expect(refused["state"]?.string == "failed")
            #expect(refused["error.status"]?.int == 400)
            #expect(refused["error.body.image.0"]?.string?.contains("image/bmp") == true)
            let first = try await daemon.job(ids[0]) { $0 == "succeeded" }
            let twin = try await daemon.job(ids[3]) { $0 == "succeeded" }
            #expect(first["result.status"]?.int == 201)
            #expect(twin["result.status"]?.int == 200)
            #expect(
                first["result.body.analysis.id"]?.string
                    == twin["result.body.analysis.id"]?.string)
            #expect(daemon.provider.calls(.suggestions).count == 2)
            // The record and the new photo took a token each.
            let standing = try await daemon.upload(Form(), as: .nobody, fields: [:])
            #expect(standing.status == 400)
            let next = try await daemon.upload(Picture.unique(9), as: "F1")
            #expect(next[.xRateLimitRemaining] == "2")
        }
    }

    @Test func `a batch without images or with too many is refused`() async throws {
        try await TestDaemon.run { daemon in
            let none = try await daemon.batch(Form(as: "F1"))
            #expect(none.status == 400)
            #expect(none.text == #"{"images":["No file was submitted."]}"#)
            var many = Form()
            for number in 0...20 { many.file("images", Picture.unique(number)) }
            let refused = try await daemon.batch(many)
            #expect(refused.status == 400)
            #expect(
                refused.text
                    == #"{"images":["Ensure this field has no more than 20 elements."]}"#)
            #expect(try await daemon.post(Self.path, "{}").status == 415)
            #expect(daemon.files(in: "spool").isEmpty)
        }
    }

    @Test func `an accepted upload survives a restart`() async throws {
        let folder = try TemporaryFolder()
        let accepted = Accepted()
        let gate = DispatchSemaphore(value: 0)
        let provider = try RecordingProvider()
        provider.on(.suggestions) { _, _ in
            _ = gate.wait(timeout: .now() + 1)
            return .hangUp
        }
        try await TestDaemon.run(provider: provider, folder: folder) { daemon in
            let answer = try await daemon.upload(
                Picture.unique(1), as: "F1", fields: Self.preferAsync)
            accepted.id.withLock { $0 = answer["job_id"]?.string ?? "" }
            _ = try await daemon.job(accepted.id.withLock { $0 }) { $0 == "running" }
        }
        try await TestDaemon.run(folder: folder) { daemon in
            let id = accepted.id.withLock { $0 }
            let job = try await daemon.job(id) { $0 == "succeeded" || $0 == "failed" }
            #expect(job["result.status"]?.int == 201)
            #expect(daemon.files(in: "blobs/jobs").isEmpty)
        }
    }

    @Test func `the stages of an analysis are told as they are reached`() async throws {
        let gate = DispatchSemaphore(value: 0)
        try await TestDaemon.run { daemon in
            daemon.provider.on(.suggestions) { _, _ in
                _ = gate.wait(timeout: .now() + 10)
                return .content(RecordingProvider.suggestions(RecordingProvider.titles))
            }
            let answer = try await daemon.upload(
                Picture.unique(1), as: "F1", fields: Self.preferAsync)
            let id = answer["job_id"]?.string ?? ""
            try await daemon.reach("decoded", id)
            let events = try await daemon.events(of: id) { _ in
                gate.signal()
                return true
            }
            let stages = events.filter { $0.name == "progress" }.compactMap {
                (try? JSONValue(parsing: Array($0.data.utf8)))?["stage"]?.string
            }
            #expect(stages == ["suggestions", "caption", "embeddings", "matched"])
            #expect(events.last?.data.contains(#""status":201"#) == true)
        }
    }
}

/// The job that an upload was answered with.
private final class Accepted: Sendable {
    let id = Mutex("")
}

extension TestDaemon {
    /// Returns once a job has come to a stage.
    fileprivate func reach(_ stage: String, _ id: String) async throws {
        for _ in 0..<2000 {
            let job = try await get("/api/jobs/\(id)")
            if job["progress.stage"]?.string == stage { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("never reached")
    }

    func batch(_ form: Form, as asker: Asker = .nobody) async throws -> Answer {
        try await send(
            .post, "/api/photo-analysis/batch/", as: asker,
            fields: [.contentType: form.contentType], body: form.body)
    }
}
