import Crypto
import Imaging
import Services

extension PhotosBench {
    /// The work on the picture alone, in this process and in Python's.
    func intake() async throws -> [Figure] {
        guard PythonPeer.isInstalled else {
            note("Python's packages are missing: intake is left out")
            return []
        }
        let peer = try PythonPeer("config/bench/intake.py", [photos.path])
        defer { peer.stop() }
        var ours = Samples()
        var theirs = Samples()
        _ = try peer.run()
        _ = try takeIn(photos.bytes)
        for _ in 0..<runs {
            _ = try await ours.measure { try takeIn(photos.bytes) }
            theirs.values.append(try peer.run())
        }
        let ratio = theirs.median / ours.median
        return [
            Figure(
                work: "intake: hashes, decode, pHash, thumbnail, palette, 2-megapixel copy",
                goal: "≥ 3 × Pillow and imagehash, decoding once", ours: ours.text("ms"),
                peer: theirs.text("ms"), ratio: "\(ratio.text(1)) ×", isReached: ratio >= 3)
        ]
    }

    private func takeIn(_ bytes: [UInt8]) throws -> IntakeResult {
        var digest = DoubleDigest()
        digest.update(bytes)
        _ = digest.finish()
        return try Intake.run(bytes: bytes, IntakeParameters())
    }

    /// A search for alike hashes among a million.
    func lookup() async throws -> [Figure] {
        let index = PerceptualIndex()
        var random = SystemRandomNumberGenerator()
        for photo in 0..<1_000_000 { index.insert(random.next(), photo: Int64(photo)) }
        var ours = Samples()
        for _ in 0..<21 {
            let hash = random.next()
            await ours.measure { _ = index.matches(near: hash, within: 5) }
        }
        return [
            Figure(
                work: "perceptual lookup among 1,000,000 hashes", goal: "≤ 10 ms",
                ours: ours.text("ms", decimals: 2), isReached: ours.median <= 10)
        ]
    }
}
