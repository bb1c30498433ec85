import HTTP
import ScriptedServer
import Testing

/// Pictures in an object store, and what happens when it is not there.
struct ObjectStorageTests {
    private static func environment(_ bucket: ObjectStore) -> [String: String] {
        [
            "AWS_ACCESS_KEY_ID": ObjectStore.accessKeyID,
            "AWS_SECRET_ACCESS_KEY": ObjectStore.secretAccessKey,
            "AWS_STORAGE_BUCKET_NAME": "photos", "AWS_S3_ENDPOINT_URL": bucket.url,
            "AWS_S3_REGION_NAME": ObjectStore.region,
        ]
    }

    @Test func `row 57: the object store up, down at upload, down at reading`() async throws {
        let bucket = try ObjectStore()
        try await TestDaemon.run(environment: Self.environment(bucket)) { daemon in
            let photo = Picture.scene(57, width: 300, height: 200).jpeg()
            let kept = try await daemon.upload(photo, as: "F1")
            #expect(kept.status == 201 && kept["analysis.storage_type"]?.string == "s3")
            let stored = bucket.objects
            #expect(stored.values.map { $0 } == [photo])
            #expect(stored.keys.allSatisfy { $0.hasPrefix("/photos/photo_analysis/") })
            #expect(daemon.files().allSatisfy { $0.hasPrefix("thumbnails/") })
            let path = "/api/photo-analysis/\(kept["analysis.id"]?.string ?? "")/image/"
            let read = try await daemon.get(path)
            #expect(read.status == 200 && read.body == photo)
            let part = try await daemon.get(path, fields: [.range: "bytes=2-9"])
            #expect(part.status == 206 && part.body == Array(photo[2...9]))

            bucket.setDown(true)
            let local = try await daemon.upload(
                Picture.scene(570, width: 300, height: 200).jpeg(), as: "F1")
            #expect(local.status == 201 && local["analysis.storage_type"]?.string == "local")
            let lost = try await daemon.get(path)
            #expect(lost.status == 500 && lost.text == #"{"error":"Failed to retrieve image"}"#)
            #expect(try await daemon.get(path + "?size=thumb").status == 200)

            bucket.setDown(false)
            let gone = try await daemon.send(
                .delete, "/api/photo-analysis/\(kept["analysis.id"]?.string ?? "")/", as: "F1")
            #expect(gone.status == 204 && bucket.objects.isEmpty)
        }
    }

    @Test func `pictures stay on the disk while the setting says so`() async throws {
        let bucket = try ObjectStore()
        try await TestDaemon.run(
            environment: Self.environment(bucket), settings: ["USE_S3": "false"]
        ) { daemon in
            let kept = try await daemon.upload(
                Picture.scene(58, width: 300, height: 200).jpeg(), as: "F1")
            #expect(kept.status == 201 && kept["analysis.storage_type"]?.string == "local")
            #expect(bucket.requests.isEmpty)
        }
    }
}
