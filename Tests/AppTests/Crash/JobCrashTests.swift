import Foundation
import Testing

@Suite(.serialized) struct `Jobs of a process that is killed` {
    /// 500 deaths take some minutes.
    private static let isLong = ProcessInfo.processInfo.environment["TINTYPE_LONG_TESTS"] == "1"

    @Test(.timeLimit(.minutes(15)))
    func `have each effect exactly once, and none is lost or stuck`() async throws {
        let folder = try TemporaryFolder()
        let bench = (DaemonProcess.executable as NSString).deletingLastPathComponent
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: bench + "/tintype-bench")
        process.arguments = [
            "job-kills", "--data", folder.path, "--kills", Self.isLong ? "500" : "20", "--jobs",
            Self.isLong ? "20000" : "1500",
        ]
        process.standardOutput = output
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: said, as: UTF8.self)
        #expect(process.terminationStatus == 0, "\(text)")
        #expect(text.contains(" 0 missing or doubled, 0 unfinished"), "\(text)")
        if Self.isLong { print(text) }
    }
}
