import Foundation

/// A library from PyPI in a process of its own, asked a thousand queries in one call.
final class PeerIndex: Contender {
    let name: String
    private let library: String
    private let files: VectorSetFiles
    private var process: PythonPeer?

    /// The fastest configurations of each library, as of the libraries measured here.
    static func all(_ files: VectorSetFiles) -> [PeerIndex] {
        [
            PeerIndex("hnswlib", "hnswlib", files),
            PeerIndex("usearch bf16", "usearch-bf16", files),
            PeerIndex("faiss SQ8", "faiss-sq8", files),
            PeerIndex("faiss fp16", "faiss-fp16", files),
        ]
    }

    private init(_ name: String, _ library: String, _ files: VectorSetFiles) {
        self.name = name
        self.library = library
        self.files = files
    }

    func build() throws -> (seconds: Double, bytesPerVector: Double) {
        // Huge pages make hnswlib a fifth faster; the others don't mind them.
        let process = try PythonPeer(
            "config/bench/vectors.py", [library, files.base, files.queries, files.truth],
            environment: ["GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"])
        self.process = process
        let numbers = try process.next().split(separator: " ").compactMap { Double($0) }
        guard numbers.count == 2 else { throw BenchFailure("\(name) cannot be measured") }
        return (numbers[0], numbers[1])
    }

    func recall(_ ef: Int) throws -> Double { try ask("recall \(ef)") }

    func throughput(_ ef: Int, threads: Int, seconds: Double) throws -> Double {
        try ask("run \(ef) \(threads) \(seconds)")
    }

    private func ask(_ question: String) throws -> Double {
        guard let answer = try process?.ask(question), let number = Double(answer) else {
            throw BenchFailure("\(name) failed at \(question)")
        }
        return number
    }

    func stop() { process?.stop() }
}
