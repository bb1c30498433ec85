import Glibc
import Testing

/// A picture under Fixtures/codecs, and what Pillow, pillow-heif and imagehash make of it.
struct Fixture: Sendable, CustomTestStringConvertible {
    let name: String
    let width: Int
    let height: Int
    let orientation: Int
    let phash: String

    var testDescription: String { name }

    var bytes: [UInt8] { Self.read(name) }

    /// The pixels as RGB, as Pillow decodes them: stored orientation, alpha dropped, no profile applied.
    var expected: [UInt8] { Self.read("expected/" + name + ".png") }

    static let all: [Fixture] = String(decoding: read("expected.tsv"), as: UTF8.self)
        .split(separator: "\n").map { line in
            let fields = line.split(separator: "\t").map(String.init)
            return Fixture(
                name: fields[0], width: Int(fields[1]) ?? 0, height: Int(fields[2]) ?? 0,
                orientation: Int(fields[3]) ?? 0, phash: fields[4])
        }

    static func named(_ name: String) -> Fixture {
        all.first { $0.name == name } ?? all[0]
    }

    static func read(_ name: String) -> [UInt8] {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        guard let file = fopen("/" + root + "/Fixtures/codecs/" + name, "r") else {
            Issue.record("no fixture \(name)")
            return []
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&block, 1, block.count, file), count > 0 {
            bytes += block.prefix(count)
        }
        return bytes
    }
}
