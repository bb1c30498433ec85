import Foundation
import HTTP
import HTTPClient

extension PhotosBench {
    /// Uploads to the built-in provider, new ones and exact duplicates in turns.
    func uploads() async throws -> [Figure] {
        let daemon = try await BenchDaemon(scratch + "/uploads")
        defer { daemon.stop() }
        let client = HTTPClient()
        var new = Samples()
        var duplicate = Samples()
        _ = try await daemon.analyse(try photos.variant(0), with: client)
        for number in 1...runs {
            let picture = try photos.variant(number)
            _ = try await new.measure { try await daemon.analyse(picture, with: client) }
            let again = try await duplicate.measure {
                try await daemon.upload(picture, with: client)
            }
            guard again.status == .ok else {
                throw BenchFailure("a duplicate was answered \(again.status.code)")
            }
        }
        let size = (Double(photos.bytes.count) / 1e6).text(1)
        return [
            Figure(
                work: "upload → 201, 12-megapixel JPEG, built-in provider, durable",
                goal: "≤ 350 ms", ours: new.text("ms"), isReached: new.median <= 350),
            Figure(
                work: "exact duplicate → 200, \(size) MB", goal: "≤ 15 ms",
                ours: duplicate.text("ms", decimals: 1), isReached: duplicate.median <= 15),
        ]
    }

    /// Uploads to a provider that takes 800 ms for each call.
    func slowProvider() async throws -> [Figure] {
        let provider = try await StubProvider(delay: .milliseconds(800))
        let daemon = try await BenchDaemon(
            scratch + "/provider", settings: ["OPENAI_BASE_URL": provider.url])
        let client = HTTPClient()
        var ours = Samples()
        for number in 0..<min(runs, 5) {
            let picture = try photos.variant(number)
            _ = try await ours.measure { try await daemon.analyse(picture, with: client) }
        }
        daemon.stop()
        await provider.stop()
        return [
            Figure(
                work: "upload → 201, a provider that takes 800 ms per call", goal: "≤ 1800 ms",
                ours: ours.text("ms"), isReached: ours.median <= 1800)
        ]
    }
}
