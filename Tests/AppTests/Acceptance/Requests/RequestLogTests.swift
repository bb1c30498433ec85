import App
import Crypto
import Domain
import Foundation
import HTTP
import Services
import Testing

@Suite struct RequestLogTests {
    private static let picture = Picture(64, 48) { x, y in [x * 3, y * 5, 90] }.png

    @Test func `row 15: images are kept only when that is wanted`() async throws {
        try await TestDaemon.solving { daemon in
            let admin = try await daemon.account("admin@example.org", role: .admin)
            _ = try await daemon.solve(Self.picture, as: admin)
            #expect(try await daemon.keptImages(as: admin).isEmpty)
            #expect(try await daemon.requestLog(as: admin).first?["has_image"]?.bool == false)
            try await daemon.configure("SAVE_REQUEST_IMAGES", "true")
            let solved = try await daemon.solve(Self.picture, as: admin)
            let image = try #require(try await daemon.keptImages(as: admin).first)
            #expect(image["image_hash"]?.string == sha256(Self.picture).hexadecimal)
            #expect(image["file_size"]?.int == Self.picture.count)
            #expect(image["width"]?.int == 64)
            #expect(image["height"]?.int == 48)
            #expect(image["request_id"]?.string == solved["request_id"]?.string)
            let url = try #require(image["content_url"]?.string)
            let content = try await daemon.get(url, as: .token(admin))
            #expect(content.body == Self.picture)
            #expect(content[.cacheControl] == "private")
            #expect(content[.contentType] == "image/png")
            let row = try await daemon.get(
                "/api/usage/requests/\(image["request_log_id"]?.string ?? "")",
                as: .token(admin))
            #expect(row["has_image"]?.bool == true)
            #expect(row["token_prefix"]?.string == String(admin.prefix(12)))
            #expect(row["user"]?.string == "admin@example.org")
        }
    }

    @Test func `row 15: a failed request keeps its image too`() async throws {
        let fake = try FakeSolver([.status(401, "")])
        try await TestDaemon.run(environment: [
            "OPENAI_BASE_URL": fake.url, "SAVE_REQUEST_IMAGES": "true",
        ]) { daemon in
            let admin = try await daemon.account("admin@example.org", role: .admin)
            #expect(try await daemon.solve(Self.picture, as: admin).status == 502)
            #expect(try await daemon.keptImages(as: admin).first?["width"]?.int == 64)
        }
    }

    @Test func `row 16: what is too large is logged without its image`() async throws {
        try await TestDaemon.solving([
            "SAVE_REQUEST_IMAGES": "true", "MAX_SAVED_IMAGE_SIZE_MB": "0.001",
        ]) { daemon in
            let admin = try await daemon.account("admin@example.org", role: .admin)
            #expect(try await daemon.solve(Self.picture, as: admin).status == 200)
            #expect(try await daemon.requestLog(as: admin).first?["has_image"]?.bool == false)
            #expect(try await daemon.keptImages(as: admin).isEmpty)
        }
    }

    @Test func `row 17: the same bytes are stored once`() async throws {
        try await TestDaemon.solving(["SAVE_REQUEST_IMAGES": "true"]) { daemon in
            let admin = try await daemon.account("admin@example.org", role: .admin)
            let picture = Picture.scene(3, width: 900, height: 700).png
            for _ in 0..<3 { _ = try await daemon.solve(picture, as: admin) }
            #expect(try await daemon.keptImages(as: admin).count == 3)
            #expect(daemon.files().count { $0.hasPrefix("contents/") } == 1)
            let stats = try await daemon.get(Self.stats, as: .token(admin))
            let megabytes = (Double(picture.count) / 1_048_576 * 100).rounded() / 100
            #expect(stats["overall_stats.physical_storage_mb"]?.double == megabytes)
        }
    }

    static let stats = "/api/usage/image-performance-stats"

    @Test func `row 18: statistics are for admins, and of nothing are zero`() async throws {
        try await TestDaemon.solving { daemon in
            let admin = try await daemon.account("admin@example.org", role: .admin)
            let user = try await daemon.account("ada@example.org")
            let nobody = try await daemon.get(Self.stats)
            #expect(nobody.status == 403)
            #expect(nobody["code"]?.string == "not_authenticated")
            let other = try await daemon.get(Self.stats, as: .token(user))
            #expect(other.status == 403)
            #expect(other["code"]?.string == "permission_denied")
            let empty = try await daemon.get(Self.stats, as: .token(admin))
            #expect(
                empty.text == """
                    {"overall_stats":{"total_requests":0,"success_count":0,"error_count":0,\
                    "avg_duration_ms":0,"avg_image_size_kb":0,"total_storage_mb":0,\
                    "success_rate":0,"p50_duration_ms":0,"p95_duration_ms":0,\
                    "physical_storage_mb":0},"by_dimensions":[],"by_mime_type":[],\
                    "recent_trends":[],"by_service":[],"by_error_code":[]}
                    """)
        }
    }

    @Test func `row 19: statistics agree with the log`() async throws {
        try await TestDaemon.solving(["SAVE_REQUEST_IMAGES": "true"]) { daemon in
            let admin = try await daemon.account("admin@example.org", role: .admin)
            for number in 0..<3 { _ = try await daemon.solve(Picture.unique(number), as: admin) }
            _ = try await daemon.solve(Picture.scene(1, width: 40, height: 30).jpeg(), as: admin)
            _ = try await daemon.solve(Array("no picture".utf8), as: admin)
            let stats = try await daemon.get(Self.stats, as: .token(admin))
            #expect(stats["overall_stats.total_requests"]?.int == 5)
            #expect(stats["overall_stats.error_count"]?.int == 1)
            #expect(stats["overall_stats.success_rate"]?.double == 80)
            #expect(
                stats["by_dimensions"]?.array?.map { $0["dimensions"]?.string }
                    == ["24x18", "40x30", "Unknown"])
            #expect(
                stats["by_mime_type"]?.array?.map { $0["mime_type"]?.string }
                    == ["image/png", "application/octet-stream", "image/jpeg"])
            #expect(stats["recent_trends.0.day"]?.string == "2026-03-01")
            #expect(stats["recent_trends.0.count"]?.int == 5)
            let (p50, p95) = (
                stats["recent_trends.0.p50_duration_ms"]?.int ?? -1,
                stats["recent_trends.0.p95_duration_ms"]?.int ?? -2
            )
            #expect(0 <= p50 && p50 <= p95)
            #expect(stats["by_error_code.0.error_code"]?.string == "invalid_image")
            let none = try await daemon.get(Self.stats + "?service=x", as: .token(admin))
            #expect(none["overall_stats.total_requests"]?.int == 0)
        }
    }

    @Test func `row 20: old images go, their rows and shared bytes stay`() async throws {
        let clock = TestClock()
        try await TestDaemon.solving(
            ["SAVE_REQUEST_IMAGES": "true", "SAVE_REQUEST_IMAGES_SERVICES": "*"], clock: clock
        ) { daemon in
            let admin = try await daemon.account("admin@example.org", role: .admin)
            for number in 0..<6 { _ = try await daemon.solve(Picture.unique(number), as: admin) }
            let photo = try await daemon.record(Self.picture)
            clock.advance(1)
            let usage = daemon.installation.requests.usage
            let preview = try await usage.previewCleanup(olderThanDays: 0)
            #expect(preview.count == 7)
            #expect(preview.sample.count == 5)
            #expect(try await daemon.keptImages(as: admin).count == 7)
            let done = try await usage.cleanUpImages(olderThanDays: 0)
            #expect(done.count == 7)
            #expect(done.freedBytes == done.totalBytes - Self.picture.count)
            #expect(try await usage.cleanUpImages(olderThanDays: 0).count == 0)
            #expect(try await daemon.keptImages(as: admin).isEmpty)
            #expect(try await daemon.requestLog(as: admin).count == 7)
            #expect(daemon.files().count { $0.hasPrefix("contents/") } == 1)
            let image = try await daemon.get("/api/photo-analysis/\(photo)/image/")
            #expect(image.status == 200)
        }
    }

    @Test func `row 21: the log is paged and filtered`() async throws {
        let clock = TestClock()
        try await TestDaemon.solving(clock: clock) { daemon in
            let admin = try await daemon.account("admin@example.org", role: .admin)
            let user = try await daemon.account("ada@example.org")
            for _ in 0..<30 {
                _ = try await daemon.solve([], as: admin)
                clock.advance(1)
            }
            let path = "/api/usage/requests"
            let first = try await daemon.get(path, as: .token(admin))
            #expect(first["results"]?.array?.count == 25)
            #expect(first["count"]?.int == 30)
            #expect(first["next"]?.int == 2)
            #expect(first["previous"]?.isNull == true)
            let second = try await daemon.get(path + "/?page=2", as: .token(admin))
            #expect(second["results"]?.array?.count == 5)
            #expect(second["next"]?.isNull == true)
            #expect(second["previous"]?.int == 1)
            let third = try await daemon.get(path + "?page=3", as: .token(admin))
            #expect(third.status == 404)
            #expect(third["code"]?.string == "not_found")
            for (query, count) in [
                ("service=core.image_solve", 30), ("service=x", 0), ("from=2026-03-01", 30),
                ("to=2026-02-28", 0), ("to=2026-03-01", 30), ("status=error", 30),
                ("status=success", 0), ("user=admin@example.org&status=error", 30),
                ("from=2026-03-01T12:00:10Z&to=2026-03-01T12:00:14Z", 5),
                ("request_id=nothing", 0),
            ] {
                let answer = try await daemon.get("\(path)?\(query)", as: .token(admin))
                #expect(answer["count"]?.int == count, "\(query)")
            }
            for query in ["page=x", "page=0", "from=yesterday", "status=maybe"] {
                let answer = try await daemon.get("\(path)?\(query)", as: .token(admin))
                #expect(answer.status == 400)
                let field = String(query.prefix { $0 != "=" })
                #expect(answer["errors"]?[field]?.string == answer["detail"]?.string)
            }
            #expect(try await daemon.get(path, as: .token(user)).status == 403)
        }
    }

    @Test func `row 22: uploads are logged under their service and summed up`() async throws {
        try await TestDaemon.solving { daemon in
            let admin = try await daemon.account("admin@example.org", role: .admin)
            _ = try await daemon.solve(Self.picture, as: admin)
            _ = try await daemon.solve([], as: admin)
            _ = try await daemon.record(Self.picture, as: .token(admin))
            _ = try await daemon.upload([], as: .token(admin))
            _ = try await daemon.upload(Form(), as: .token(admin))
            let log = try await daemon.requestLog(as: admin)
            let services = log.compactMap { $0["service"]?.string }.sorted()
            #expect(
                services == [
                    "core.image_solve", "core.image_solve", "photo_analysis.upload",
                    "photo_analysis.upload",
                ])
            let summary = try await daemon.get("/api/usage/summary", as: .token(admin))
            #expect(summary["total_requests"]?.int == 4)
            #expect(summary["last_request_at"]?.string == "2026-03-01T12:00:00.000Z")
            #expect(
                summary["by_period"]?.array?.map { $0["title"]?.string }
                    == ["Today", "Yesterday", "Last 7 Days", "This Month"])
            #expect(
                summary["by_period"]?.array?.map { $0["count"]?.int } == [4, 0, 4, 4])
            #expect(summary["by_service"]?.array?.map { $0["error_count"]?.int } == [1, 1])
        }
    }

    @Test func `a replayed answer leaves no second row`() async throws {
        try await TestDaemon.run { daemon in
            let admin = try await daemon.account("admin@example.org", role: .admin)
            for _ in 0..<2 {
                _ = try await daemon.upload(
                    Self.picture, as: .token(admin), fields: ["Idempotency-Key": "one"])
            }
            #expect(try await daemon.requestLog(as: admin).count == 1)
        }
    }

    @Test func `log rows go after their time, with their images`() async throws {
        let clock = TestClock()
        try await TestDaemon.solving(["SAVE_REQUEST_IMAGES": "true"], clock: clock) { daemon in
            let admin = try await daemon.account("admin@example.org", role: .admin)
            _ = try await daemon.solve(Self.picture, as: admin)
            clock.advance(3 * 86_400)
            _ = try await daemon.solve(Self.picture, as: admin)
            #expect(try await daemon.installation.requests.usage.cleanUpLog(olderThanDays: 2) == 1)
            #expect(try await daemon.requestLog(as: admin).count == 1)
            #expect(try await daemon.keptImages(as: admin).count == 1)
            #expect(daemon.files().count { $0.hasPrefix("contents/") } == 1)
        }
    }

    @Test func `row 23: health says what is wrong`() async throws {
        try await TestDaemon.solving { daemon in
            // The workers of jobs start beside the server.
            for _ in 0..<100 where try await daemon.get("/healthz").status != 200 {
                try await Task.sleep(for: .milliseconds(20))
            }
            for path in ["/healthz", "/api/core/health"] {
                let answer = try await daemon.get(path)
                #expect(answer.status == 200)
                #expect(
                    answer.text == """
                        {"status":"ok","checks":{"database":true,"openai":true,"storage":true,\
                        "jobs":true}}
                        """)
            }
        }
        let environment = [
            "SOLVER_PROVIDER": "openai", "OPENAI_BASE_URL": "", "OPENAI_API_KEY": "",
        ]
        try await TestDaemon.run(environment: environment) { daemon in
            let answer = try await daemon.get("/healthz")
            #expect(answer.status == 503)
            #expect(answer["status"]?.string == "degraded")
            #expect(answer["checks.openai"]?.bool == false)
        }
    }
}
