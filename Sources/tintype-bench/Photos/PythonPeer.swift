import Foundation

/// A script in Python that answers each line it is sent with one line.
final class PythonPeer {
    static let interpreter = ".build/python/bin/python"

    static var isInstalled: Bool {
        FileManager.default.isExecutableFile(atPath: interpreter)
    }

    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    init(_ script: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        process.executableURL = URL(filePath: Self.interpreter)
        process.arguments = [script] + arguments
        process.standardInput = input
        process.standardOutput = output
        process.environment = ["OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"]
            .merging(environment) { _, new in new }
        try process.start()
    }

    /// Milliseconds of one run.
    func run() throws -> Double {
        let line = try ask("run")
        guard let milliseconds = Double(line) else {
            throw BenchFailure("the peer in Python failed")
        }
        return milliseconds
    }

    /// What the script answers to a line.
    func ask(_ line: String) throws -> String {
        try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
        return try next()
    }

    /// The next line that the script writes; empty if it ended.
    func next() throws -> String {
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), byte != Data([10]) {
            line += byte
            if byte.isEmpty { break }
        }
        return String(decoding: line, as: UTF8.self)
    }

    func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
