import App
import Domain
import Foundation
import HTTP
import Testing

/// One photo, many facets: `/api/photos/`.
@Suite struct FacetTests {
    @Test func `a photo is kept once and gets facets without another upload`() async throws {
        try await TestDaemon.runProcessing { daemon in
            let ada = Asker.token(try await daemon.account("a@example.org"))
            let bob = Asker.token(try await daemon.account("b@example.org"))
            let bytes = Picture.scene(70, width: 400, height: 300).jpeg()
            let kept = try await Self.keep(bytes, daemon, as: ada)
            #expect(kept.status == 201 && kept["width"]?.int == 400)
            #expect(
                kept["facets"]?.encoded
                    == Array(
                        #"{"discovery":[],"gallery":[],"inspection":[],"processing":[]}"#.utf8))
            let again = try await Self.keep(bytes, daemon, as: ada)
            #expect(again.status == 200 && again["id"]?.string == kept["id"]?.string)
            let id = kept["id"]?.string ?? ""
            let path = "/api/photos/\(id)"
            #expect(try await daemon.get(path, as: bob).status == 404)
            #expect(try await daemon.get(path).status == 401)

            let processing = try await daemon.post(
                path + "/facets/processing", as: ada, #"{"title":"Boats","process":false}"#)
            #expect(processing.status == 201)
            let image = processing["id"]?.string ?? ""
            #expect(try await daemon.process(image, as: ada)["status"]?.string == "complete")
            let discovery = try await daemon.post(path + "/facets/discovery/", as: ada, "{}")
            #expect(discovery.status == 201)
            let analysis = discovery["id"]?.string ?? ""
            let missing = try await daemon.post(path + "/facets/inspection", as: ada, "{}")
            #expect(missing.status == 501)
            #expect(missing[.contentType] == "application/problem+json")
            #expect(try await daemon.post(path + "/facets/x", as: ada, "{}").status == 404)

            // By whichever id, the same facets.
            for name in [id, image, analysis] {
                let view = try await daemon.get("/api/photos/\(name)", as: ada)
                #expect(view["facets.processing.0.id"]?.string == image, "\(name)")
                #expect(view["facets.discovery.0.id"]?.string == analysis, "\(name)")
            }
            // Deleting one facet breaks no other.
            let analysisPath = "/api/photo-analysis/\(analysis)/"
            #expect(try await daemon.send(.delete, analysisPath, as: ada).status == 204)
            let content = try await daemon.get(path + "/content", as: ada)
            #expect(content.body == bytes)
            #expect(try await daemon.send(.delete, path, as: ada).status == 204)
            #expect(try await daemon.get(path, as: ada).status == 404)
            let left = try await daemon.get("/api/photos/\(image)", as: ada)
            #expect(left["facets.processing.0.id"]?.string == image)
            #expect(left["facets.discovery"]?.array?.isEmpty == true)
            let last = TestDaemon.processing + "/images/\(image)"
            #expect(try await daemon.send(.delete, last, as: ada).status == 200)
            #expect(daemon.files().isEmpty)
            #expect(daemon.installation.vectorCount == 0)
        }
    }

    @Test func `photos that look alike are found across families`() async throws {
        try await TestDaemon.runProcessing { daemon in
            let ada = Asker.token(try await daemon.account("a@example.org"))
            let bob = Asker.token(try await daemon.account("b@example.org"))
            let harbour = Picture.scene(71, width: 400, height: 300)
            let kept = try await Self.keep(harbour.jpeg(), daemon, as: ada)
            let copy = try await daemon.processed(harbour.halved.jpeg(), as: ada)
            _ = try await daemon.processed(Picture.scene(72).jpeg(), as: ada)
            _ = try await daemon.processed(harbour.jpeg(quality: 50), as: bob)
            let path = "/api/photos/\(kept["id"]?.string ?? "")/similar"
            let alike = try await daemon.get(path + "?space=image", as: ada)
            #expect(alike["results"]?.array?.count == 2)
            #expect(alike["results.0.facets.processing.0.id"]?.string == copy["imageId"]?.string)
            #expect(alike["results.0.score"]?.double ?? 0 >= 0.95)
            #expect(try await daemon.get(path + "?space=sound", as: ada).status == 400)
        }
    }

    @Test func `what is no picture is refused with a problem`() async throws {
        try await TestDaemon.runProcessing { daemon in
            let ada = Asker.token(try await daemon.account("a@example.org"))
            let refused = try await Self.keep(Array("Hello".utf8), daemon, as: ada)
            #expect(refused.status == 400)
            #expect(refused[.contentType] == "application/problem+json")
            let json = try await daemon.post("/api/photos/", as: ada, "{}")
            #expect(json.status == 415)
            let list = try await daemon.get("/api/photos/", as: ada)
            #expect(list.text == #"{"photos":[],"total":0}"# && daemon.files().isEmpty)
        }
    }

    private static func keep(
        _ bytes: [UInt8], _ daemon: TestDaemon, as asker: Asker
    ) async throws -> Answer {
        var form = Form()
        form.file("file", bytes)
        return try await daemon.send(
            .post, "/api/photos/", as: asker, fields: [.contentType: form.contentType],
            body: form.body)
    }
}
