import Foundation
import HTTP
import HTTPClient
import Testing

/// What a client knows about its uploads, beside what the daemon knows.
private actor Witness {
    struct Photo: Sendable {
        let id: String
        let picture: [UInt8]
    }

    private(set) var answered: [Photo] = []
    private var deleted: Set<String> = []
    private(set) var unexpected: [String] = []

    func saw(_ status: Int, _ body: [UInt8], of picture: [UInt8]) {
        let json = try? JSONValue(parsing: body)
        guard status == 201, let id = json?["analysis"]?["id"]?.string else {
            unexpected.append("\(status) \(String(decoding: body, as: UTF8.self))")
            return
        }
        answered.append(Photo(id: id, picture: picture))
    }

    /// A deletion that is not answered may have happened or not: nothing more is known of that photo.
    func willDeleteLast() -> String? { answered.popLast()?.id }

    func sawDeletion(of id: String) { deleted.insert(id) }

    func take() -> (answered: [Photo], deleted: Set<String>) {
        defer { (answered, deleted) = ([], []) }
        return (answered, deleted)
    }
}

@Suite(.serialized) struct `A daemon that is killed` {
    /// 200 deaths take some minutes.
    private static let isLong = ProcessInfo.processInfo.environment["TINTYPE_LONG_TESTS"] == "1"
    private static let deaths = isLong ? 200 : 20

    @Test(.timeLimit(.minutes(15)))
    func `has every upload that it answered and nothing half done, whenever it dies`() async throws
    {
        let folder = try TemporaryFolder()
        let directory = folder.path + "/data"
        var numbers = SeededNumbers(UInt64(Self.deaths))
        var all: [Witness.Photo] = []
        let witness = Witness()
        var uploader = "nobody"
        var deletions = 0
        for life in 0...Self.deaths {
            let daemon = try DaemonProcess(
                directory, ["PHOTO_SIMILARITY_MAX_DISTANCE": "1.0"])
            // Some die before they are ready, for a start must survive that too.
            if life % 5 == 4, life < Self.deaths {
                try await Task.sleep(for: .milliseconds(Int.random(in: 0..<150, using: &numbers)))
                try await daemon.killNow()
                continue
            }
            try await daemon.ready()
            let seen = await witness.take()
            try await Self.check(seen.answered, daemon, as: uploader)
            try await Self.checkGone(seen.deleted, daemon, as: uploader)
            all += seen.answered
            deletions += seen.deleted.count
            if life == Self.deaths {
                try await Self.checkAtTheEnd(all, daemon, directory)
                break
            }
            let span = Int.random(in: 10..<500, using: &numbers)
            let seed = numbers.next()
            let fingerprint = "life\(life)"
            uploader = fingerprint
            try await withThrowingTaskGroup { group in
                for client in 0..<6 as Range<UInt64> {
                    group.addTask {
                        await Self.keepUploading(
                            seed &+ client << 32, to: daemon, as: fingerprint, witness)
                    }
                }
                try await Task.sleep(for: .milliseconds(span))
                try await daemon.killNow()
            }
        }
        #expect(await witness.unexpected == [])
        #expect(all.count > Self.deaths && deletions > Self.deaths / 4)
        if Self.isLong {
            print(
                "\(Self.deaths) deaths, \(all.count) answered uploads and \(deletions) deletions, all of them complete"
            )
        }
    }

    /// Uploads one picture after the other, and deletes some, until the daemon is gone.
    private static func keepUploading(
        _ seed: UInt64, to daemon: DaemonProcess, as fingerprint: String, _ witness: Witness
    ) async {
        for number in 0..<10_000 as Range<UInt64> {
            let picture = drawnPicture(seed &+ number)
            guard let answer = try? await daemon.upload(picture, as: fingerprint) else { return }
            await witness.saw(answer.status.code, answer.body, of: picture)
            guard number % 4 == 1, let id = await witness.willDeleteLast() else { continue }
            let deletion = ClientRequest(
                .delete, "http://localhost/api/photo-analysis/\(id)/",
                fields: ["X-Fingerprint": fingerprint])
            guard let gone = try? await daemon.send(deletion) else { return }
            if gone.status == .noContent { await witness.sawDeletion(of: id) }
        }
    }

    private static func checkGone(
        _ deleted: Set<String>, _ daemon: DaemonProcess, as fingerprint: String
    ) async throws {
        for id in deleted {
            let path = "/api/photo-analysis/\(id)/"
            #expect(try await daemon.get(path, as: fingerprint).status == .notFound)
            #expect(try await daemon.get(path + "image/").status == .notFound)
        }
    }

    /// Whether all that was answered is there, and all that is there is complete.
    private static func check(
        _ answered: [Witness.Photo], _ daemon: DaemonProcess, as fingerprint: String
    ) async throws {
        var listed: Set<String> = []
        var page = 1
        while true {
            let list = try await daemon.get(
                "/api/photo-analysis/?page=\(page)", as: fingerprint)
            guard list.status == .ok, let json = try? JSONValue(parsing: list.body) else { break }
            for record in json["results"]?.array ?? [] {
                if let id = record["id"]?.string { listed.insert(id) }
            }
            page += 1
        }
        #expect(Set(answered.map(\.id)).isSubset(of: listed))
        for id in listed { try await checkRecord(id, daemon, as: fingerprint) }
        for photo in answered {
            let path = "/api/photo-analysis/\(photo.id)/image/"
            #expect(try await daemon.get(path).body == photo.picture)
        }
    }

    private static func checkRecord(
        _ id: String, _ daemon: DaemonProcess, as fingerprint: String
    ) async throws {
        let path = "/api/photo-analysis/\(id)/"
        let detail = try await daemon.get(path, as: fingerprint)
        #expect(detail.status == .ok)
        let json = try JSONValue(parsing: detail.body)
        for key in ["caption_embedding_generated_at", "suggestions_embedding_generated_at"] {
            #expect(json[key]?.string != nil, "\(id) has no \(key)")
        }
        #expect(json["suggestions"]?.array?.count == 10)
        let picture = try await daemon.get(path + "image/")
        #expect(picture.status == .ok && picture.body.count == json["file_size"]?.int)
        let thumbnail = try await daemon.get(path + "image/?size=thumb")
        #expect(thumbnail.status == .ok && thumbnail.body.starts(with: [0xFF, 0xD8]))
    }

    /// Whether the vectors still find the room of one photo from another.
    private static func checkSimilarity(
        _ all: [Witness.Photo], _ daemon: DaemonProcess
    ) async throws {
        let (first, last) = (try #require(all.first), try #require(all.last))
        let again = try await daemon.upload(first.picture, as: "chooser")
        let suggestions = try JSONValue(parsing: again.body)["analysis"]?["suggestions"]
        let code = try #require(suggestions?[0]?["key"]?.string)
        let choice = #"{"photo_analysis_id":"\#(first.id)","room_code":"\#(code)"}"#
        let chosen = try await daemon.send(
            ClientRequest(
                .post, "http://localhost/api/chats/create-from-photo/",
                fields: ["Content-Type": "application/json", "X-Fingerprint": "chooser"],
                body: Array(choice.utf8)))
        #expect(chosen.status == .created)
        let answer = try await daemon.upload(last.picture, as: "finder")
        let rooms = try JSONValue(parsing: answer.body)["similar_rooms"]?.array ?? []
        #expect(rooms.contains { $0["room_code"]?.string == code })
    }

    private static func checkAtTheEnd(
        _ all: [Witness.Photo], _ daemon: DaemonProcess, _ directory: String
    ) async throws {
        for photo in all.shuffled().prefix(300) {
            let again = try await daemon.upload(photo.picture, as: "late")
            let json = try JSONValue(parsing: again.body)
            #expect(again.status == .ok && json["analysis"]?["id"]?.string == photo.id)
        }
        try await checkSimilarity(all, daemon)
        try await daemon.collected()
        let served = try await DaemonProcess.run(["doctor"], in: directory)
        #expect(served.code == 0, "\(served.output)")
        #expect(try await daemon.stop() == 0)
        // Nobody serves any more, so not even a young file may be without a record.
        let alone = try await DaemonProcess.run(["doctor", "--json"], in: directory)
        #expect(alone.code == 0, "\(alone.output)")
    }
}
