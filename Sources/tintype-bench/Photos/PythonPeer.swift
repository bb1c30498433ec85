import Foundation

/// A script in Python that does one run of its work for each line it is sent, and says how long it took.
final class PythonPeer {
    static let interpreter = ".build/python/bin/python"

    static var isInstalled: Bool {
        FileManager.default.isExecutableFile(atPath: interpreter)
    }

    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    init(_ script: String, _ arguments: [String]) throws {
        process.executableURL = URL(filePath: Self.interpreter)
        process.arguments = [script] + arguments
        process.standardInput = input
        process.standardOutput = output
        process.environment = ["OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"]
        try process.start()
    }

    /// Milliseconds of one run.
    func run() throws -> Double {
        try input.fileHandleForWriting.write(contentsOf: Data("run\n".utf8))
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), byte != Data([10]) {
            line += byte
            if byte.isEmpty { break }
        }
        guard let milliseconds = Double(String(decoding: line, as: UTF8.self)) else {
            throw BenchFailure("the peer in Python failed")
        }
        return milliseconds
    }

    func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
