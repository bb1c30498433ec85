import Foundation
import HTTP
import HTTPClient
import Testing

@Suite struct `A daemon with bad clients` {
    @Test(.timeLimit(.minutes(1)))
    func `keeps nothing of an upload whose client hangs up`() async throws {
        let folder = try TemporaryFolder()
        let directory = folder.path + "/data"
        let daemon = try DaemonProcess(directory)
        try await daemon.ready()
        let body = UploadBody(drawnPicture(1, width: 800, height: 600), as: "hasty")
        let total = body.head.count + body.bytes.count
        for end in [body.head.count, body.head.count + 200, total / 4, total / 2, total - 1] {
            try await blocking {
                try WireClient(daemon.socket).send((body.head + body.bytes).prefix(end))
            }
        }
        try await daemon.expectEmptySpool(directory)
        let list = try await daemon.get("/api/photo-analysis/", as: "hasty")
        #expect(try JSONValue(parsing: list.body)["count"]?.int == 0)
        #expect(try await daemon.upload(drawnPicture(2), as: "hasty").status == .created)
        #expect(try await daemon.stop() == 0)
        let doctor = try await DaemonProcess.run(["doctor"], in: directory)
        #expect(doctor.code == 0, "\(doctor.output)")
    }

    @Test(.timeLimit(.minutes(1)))
    func `finishes an upload whose client does not wait for the answer`() async throws {
        let folder = try TemporaryFolder()
        let directory = folder.path + "/data"
        let daemon = try DaemonProcess(directory)
        try await daemon.ready()
        let picture = drawnPicture(3)
        let body = UploadBody(picture, as: "hasty")
        try await blocking { try WireClient(daemon.socket).send(body.head + body.bytes) }
        // The same bytes again join what goes on for the one who left, or begin anew.
        let answer = try await daemon.upload(picture, as: "patient")
        #expect([.ok, .created].contains(answer.status))
        try await daemon.expectEmptySpool(directory)
        #expect(try await daemon.stop() == 0)
        let doctor = try await DaemonProcess.run(["doctor"], in: directory)
        #expect(doctor.code == 0, "\(doctor.output)")
    }

    @Test(.timeLimit(.minutes(1)))
    func `sends clients away that dribble, and serves the others meanwhile`() async throws {
        let folder = try TemporaryFolder()
        let directory = folder.path + "/data"
        let daemon = try DaemonProcess(
            directory,
            ["TINTYPE_HTTP_TRANSFER_GRACE": "1s", "TINTYPE_HTTP_TRANSFER_MIN_RATE": "4KiB"])
        try await daemon.ready()
        let body = UploadBody(drawnPicture(4), as: "slow")
        async let slow = blocking { () -> String in
            let client = try WireClient(daemon.socket)
            client.send(body.head)
            for byte in body.bytes.prefix(200) {
                guard client.send([byte]) else { break }
                usleep(50_000)
            }
            return client.answer()
        }
        #expect(try await daemon.upload(drawnPicture(5), as: "quick").status == .created)
        let answer = try await slow
        #expect(answer.hasPrefix("HTTP/1.1 408 ") || answer.isEmpty, "\(answer)")
        try await daemon.expectEmptySpool(directory)
        #expect(try await daemon.stop() == 0)
    }
}

extension DaemonProcess {
    /// Waits until no upload lies in the spool any more.
    fileprivate func expectEmptySpool(_ directory: String) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            let left = try FileManager.default.contentsOfDirectory(atPath: directory + "/spool")
            if left.isEmpty { return }
            guard ContinuousClock.now < deadline else {
                throw Broken(description: "\(left.count) uploads stay in the spool")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
