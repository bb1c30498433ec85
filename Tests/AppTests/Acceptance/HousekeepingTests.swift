import App
import Domain
import Foundation
import HTTP
import Testing

/// What the daemon does by itself (§9), and what a restart finds.
@Suite struct HousekeepingTests {
    @Test func `a record is removed a day after its expiry`() async throws {
        try await TestDaemon.run(settings: ["IMAGE_TTL_HOURS": "1"]) { daemon in
            let housekeeping = Housekeeping(installation: daemon.installation)
            let id = try await daemon.record(Picture.unique(1), as: "F1")
            let path = "/api/photo-analysis/\(id)/"
            daemon.clock.advance(25 * 3600)
            try await housekeeping.removeExpired()
            #expect(try await daemon.get(path, as: "F1").status == 200)
            #expect(try await daemon.get(path + "image/").status == 410)
            daemon.clock.advance(1)
            try await daemon.set("AUTO_CLEANUP", "false")
            try await housekeeping.removeExpired()
            #expect(try await daemon.get(path, as: "F1").status == 200)
            try await daemon.set("AUTO_CLEANUP", "true")
            try await housekeeping.removeExpired()
            for gone in [path, path + "image/"] {
                #expect(try await daemon.get(gone, as: "F1").status == 404)
            }
            #expect(daemon.files().isEmpty)
        }
    }

    @Test func `a photo that comes again after its expiry outlives the first`() async throws {
        try await TestDaemon.run(settings: ["IMAGE_TTL_HOURS": "1"]) { daemon in
            let first = try await daemon.record(Picture.unique(1), as: "F1")
            daemon.clock.advance(2 * 3600)
            try await daemon.set("IMAGE_TTL_HOURS", "100")
            let second = try await daemon.record(Picture.unique(1), as: "F2")
            #expect(second != first && daemon.files().count == 2)
            daemon.clock.advance(24 * 3600)
            try await Housekeeping(installation: daemon.installation).removeExpired()
            let gone = try await daemon.get("/api/photo-analysis/\(first)/", as: "F1")
            #expect(gone.status == 404)
            let picture = try await daemon.get("/api/photo-analysis/\(second)/image/")
            #expect(picture.status == 200 && picture.body == Picture.unique(1))
        }
    }

    @Test func `files that no record names are collected, others stay`() async throws {
        try await TestDaemon.run { daemon in
            let id = try await daemon.record(Picture.unique(1))
            let orphan = daemon.folder.path + "/blobs/photo_analysis/orphan.png"
            try Data("lost".utf8).write(to: URL(fileURLWithPath: orphan))
            let housekeeping = Housekeeping(installation: daemon.installation)
            try await housekeeping.collectOrphans(before: Time(milliseconds: 0))
            #expect(FileManager.default.fileExists(atPath: orphan))
            try await housekeeping.collectOrphans(before: Time(milliseconds: .max))
            #expect(!FileManager.default.fileExists(atPath: orphan))
            #expect(daemon.files().count == 2)
            #expect(try await daemon.get("/api/photo-analysis/\(id)/image/").status == 200)
        }
    }

    @Test func `a restart keeps records, pictures, views, stand-ins and tags`() async throws {
        let folder = try TemporaryFolder()
        let clock = TestClock()
        let settings = ["ENABLE_PERCEPTUAL_REUSE": "true"]
        let scene = Picture.scene(5)
        var before: [JSONValue] = []
        var tag: String?
        func look(_ daemon: TestDaemon) async throws -> [JSONValue] {
            let recent = try await daemon.get("/api/photo-analysis/recent/", as: "F2")
            let id = recent["0.id"]?.string ?? ""
            let image = try await daemon.get("/api/photo-analysis/\(id)/image/")
            if let tag { #expect(image[.etag] == tag) }
            tag = image[.etag]
            // The address of the picture names the port, which is another one.
            let detail = try await daemon.get("/api/photo-analysis/\(id)/", as: "F2")
            let members = detail.json.object?.filter { $0.key != "image_url" } ?? []
            return [recent.json, .object(members)]
        }
        try await TestDaemon.run(settings: settings, clock: clock, folder: folder) { daemon in
            _ = try await daemon.record(scene.jpeg(), as: "F1")
            let copy = try await daemon.upload(scene.jpeg(quality: 70), as: "F2")
            #expect(copy["analysis.reused_from"]?.string != nil)
            before = try await look(daemon)
        }
        try await TestDaemon.run(settings: settings, clock: clock, folder: folder) { daemon in
            let after = try await look(daemon)
            #expect(after == before && tag != nil)
            let copy = try await daemon.upload(scene.jpeg(quality: 60), as: "F2")
            #expect(copy["analysis.reused_from"] == before[1]["reused_from"])
            #expect(daemon.provider.calls.isEmpty)
        }
    }
}
