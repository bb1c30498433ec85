import Foundation
import HTTP
import Testing

/// The gallery's trash and its batches over a real socket.
@Suite(.timeLimit(.minutes(2))) struct GalleryTrashTests {
    private let one = GalleryTests.path + GalleryTests.id + "/"

    private func ids(_ answer: Answer) -> [String] {
        answer["data"]?.array?.compactMap { $0["image_id"]?.string } ?? []
    }

    @Test func `row 11: a deleted image is in the trash and nowhere else`() async throws {
        try await TestDaemon.run { daemon in
            _ = try await daemon.create()
            let answer = try await daemon.send(.delete, one)
            #expect(
                answer.text
                    == #"{"success":true,"data":null,"message":"Image deleted successfully","code":1000,"result":null}"#
            )
            #expect(ids(try await daemon.get(GalleryTests.path)).isEmpty)
            let trash = try await daemon.get(GalleryTests.path + "deleted/?user_id=ada")
            #expect(ids(trash) == [GalleryTests.id])
            #expect(trash[.totalCount] == "1")
            let detail = try await daemon.get(one)
            #expect(detail.status == 200)
            #expect(detail["data.is_deleted"]?.bool == true)
        }
    }

    @Test func `row 12: deleting again changes nothing`() async throws {
        try await TestDaemon.run { daemon in
            _ = try await daemon.create()
            _ = try await daemon.send(.delete, one)
            let first = try await daemon.get(one)["data.deleted_at"]
            daemon.clock.advance(60)
            #expect(try await daemon.send(.delete, one).status == 200)
            #expect(try await daemon.get(one)["data.deleted_at"] == first)
        }
    }

    @Test func `row 13: posting a deleted image again leaves it deleted unless asked`() async throws
    {
        try await TestDaemon.run { daemon in
            _ = try await daemon.create()
            _ = try await daemon.send(.delete, one)
            let again = try await daemon.create()
            #expect(again.status == 200)
            #expect(again["data.is_deleted"]?.bool == true)
            let restored = try await daemon.create(#""restore":true"#)
            #expect(restored.status == 200)
            #expect(restored["data.is_deleted"]?.bool == false)
            #expect(ids(try await daemon.get(GalleryTests.path)) == [GalleryTests.id])
        }
    }

    @Test func `row 14: what is restored is back, once`() async throws {
        try await TestDaemon.run { daemon in
            _ = try await daemon.create(#""tags":["t"]"#)
            _ = try await daemon.send(.delete, one)
            #expect(ids(try await daemon.get(GalleryTests.path + "?tag=t")).isEmpty)
            let answer = try await daemon.send(.post, one + "restore/")
            #expect(answer.status == 200)
            #expect(answer["message"]?.string == "Image restored successfully")
            #expect(answer["data.deleted_at"]?.isNull == true)
            #expect(ids(try await daemon.get(GalleryTests.path + "?tag=t")) == [GalleryTests.id])
            let again = try await daemon.send(.post, one + "restore/")
            #expect(again.status == 400)
            #expect(
                again.text
                    == #"{"success":false,"data":null,"message":"Image is not deleted","code":9999,"result":null}"#
            )
        }
    }

    @Test(arguments: [false, true])
    func `row 15: what is removed for good is gone`(isDeleted: Bool) async throws {
        try await TestDaemon.run { daemon in
            _ = try await daemon.create(#""refined_prompt":"old""#)
            if isDeleted { _ = try await daemon.send(.delete, one) }
            let answer = try await daemon.send(.delete, one + "permanent/")
            #expect(answer.status == 200)
            #expect(answer["message"]?.string == "Image permanently deleted")
            #expect(answer["data"]?.isNull == true)
            for path in [one, one + "permanent/"] {
                let gone = try await daemon.send(path == one ? .get : .delete, path)
                #expect(gone.status == 404)
                #expect(gone["code"]?.int == 1004)
            }
            let fresh = try await daemon.create()
            #expect(fresh.status == 201)
            #expect(fresh["data.refined_prompt"]?.isNull == true)
        }
    }

    @Test func `row 20: many at once`() async throws {
        try await TestDaemon.run { daemon in
            _ = try await daemon.create()
            let stranger = UUID().uuidString.lowercased()
            let list =
                #"["\#(GalleryTests.id)","\#(stranger)","nonsense","\#(GalleryTests.id.uppercased())"]"#
            func batch(_ action: String) async throws -> Answer {
                try await daemon.post(
                    GalleryTests.path + "batch/", #"{"action":"\#(action)","image_ids":\#(list)}"#)
            }
            for (action, status) in [
                ("delete", "ok"), ("delete", "unchanged"), ("restore", "ok"),
                ("restore", "unchanged"), ("permanent", "ok"),
            ] {
                let answer = try await batch(action)
                #expect(answer["message"]?.string == "Batch completed")
                let data = String(decoding: answer["data"]?.encoded ?? [], as: UTF8.self)
                #expect(
                    data
                        == #"{"action":"\#(action)","requested":3,"succeeded":1,"failed":2,"results":[{"image_id":"\#(GalleryTests.id)","status":"\#(status)"},{"image_id":"\#(stranger)","status":"not_found"},{"image_id":"nonsense","status":"invalid"}]}"#
                )
            }
            #expect(try await daemon.get(one).status == 404)
            let many = (0..<501).map { _ in "\"\(UUID().uuidString)\"" }.joined(separator: ",")
            for json in [
                #"{"action":"delete","image_ids":[\#(many)]}"#,
                #"{"action":"delete","image_ids":[]}"#, #"{"action":"destroy","image_ids":["a"]}"#,
                #"{"image_ids":["a"]}"#, #"{"action":"delete"}"#,
            ] {
                let answer = try await daemon.post(GalleryTests.path + "batch/", json)
                #expect(answer.status == 400)
                #expect(answer["message"]?.string == "Validation failed")
            }
        }
    }
}
