import Foundation
import Imaging
import Testing

@Suite struct VisualEmbeddingTests {
    /// Photos that come with the program.
    private static let samples = Fixture.folder("samples")

    @Test(arguments: samples)
    func `a resized or recompressed copy is all but the same`(name: String) throws {
        let original = try Intake.run(bytes: Fixture.read("../samples/" + name), Self.parameters)
        let vector = VisualEmbedding.vector(of: original.raster)
        #expect(vector.count == 512)
        #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4)
        let raster = original.raster
        for divisor in [2, 3, 5] {
            let small = raster.resized(
                width: max(1, raster.width / divisor), height: max(1, raster.height / divisor))
            let score = Self.cosine(vector, VisualEmbedding.vector(of: small))
            #expect(score >= 0.95, "\(name) 1/\(divisor): \(score)")
        }
        for quality in [30, 60] {
            let bytes = try raster.encoded(as: .jpeg(quality: quality))
            let copy = try Intake.run(bytes: bytes, Self.parameters)
            let score = Self.cosine(vector, VisualEmbedding.vector(of: copy.raster))
            #expect(score >= 0.95, "\(name) q\(quality): \(score)")
        }
    }

    @Test func `different pictures are told apart`() throws {
        let vectors = try Self.samples.map { name in
            let picture = try Intake.run(bytes: Fixture.read("../samples/" + name), Self.parameters)
            return VisualEmbedding.vector(of: picture.raster)
        }
        for one in vectors.indices {
            for other in vectors.indices where other > one {
                #expect(Self.cosine(vectors[one], vectors[other]) < 0.95)
            }
        }
    }

    @Test(arguments: [0, 119, 255])
    func `a plain picture has a vector too`(grey: Int) {
        let bitmap = Bitmap(
            width: 1, height: 1, channels: 3, samples: [UInt8](repeating: UInt8(grey), count: 3))
        let vector = VisualEmbedding.vector(of: bitmap)
        #expect(abs(Self.cosine(vector, vector) - 1) < 1e-4)
    }

    private static let parameters = IntakeParameters()

    private static func cosine(_ a: [Float], _ b: [Float]) -> Float {
        zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }
}

extension Fixture {
    /// The names of the files in a folder of `Fixtures`.
    static func folder(_ name: String) -> [String] {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let names = try? FileManager.default.contentsOfDirectory(
            atPath: "/" + root + "/Fixtures/" + name)
        return (names ?? []).filter { $0.hasSuffix(".jpg") || $0.hasSuffix(".jpeg") }.sorted()
    }
}
