import Foundation
import Imaging
import Testing

/// Where `make test` puts Python's packages; without them the comparison is left out.
private let root = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../..").standardized
private let python = root.appending(path: ".build/python/bin/python").path

@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: python)))
struct ImagehashTests {
    @Test func `240 drawn pictures hash as Python's imagehash has them`() throws {
        let folder = NSTemporaryDirectory() + "tintype-imagehash-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let script = root.appending(path: "Fixtures/imagehash_peer.py").path
        let peer = try Process.run(URL(filePath: python), arguments: [script, folder])
        peer.waitUntilExit()
        try #require(peer.terminationStatus == 0)
        let lines = try String(contentsOfFile: folder + "/hashes.txt", encoding: .utf8)
            .split(separator: "\n")
        #expect(lines.count == 240)
        for line in lines {
            let parts = line.split(separator: " ").map(String.init)
            let bytes = try Data(contentsOf: URL(filePath: folder + "/" + parts[0]))
            let hash = try Intake.run(bytes: Array(bytes), IntakeParameters()).phash
            #expect(hash.hex == parts[1], "\(parts[0])")
        }
    }
}
