import Foundation
import Imaging
import Testing

struct StrippingTests {
    /// What the fixtures hide: a word in every text, and both numbers of a position's seconds.
    private static let secrets: [[UInt8]] = [
        Array("SECRET".utf8), Array("Drawing Board".utf8), Array("2024:06:01".utf8),
        [0x00, 0x00, 0x12, 0x67, 0x00, 0x00, 0x04, 0x7B],
        [0x67, 0x12, 0x00, 0x00, 0x7B, 0x04, 0x00, 0x00],
    ]

    @Test(arguments: DrawnPicture.withMetadata)
    func `nothing private is left`(_ fixture: DrawnPicture) throws {
        let probe = try ImageProbe(bytes: fixture.bytes)
        #expect(
            Self.secrets.contains { contains($0, in: fixture.bytes) }, "a fixture hides something")
        let stripped = try #require(
            try MetadataStripper.strip(fixture.bytes, format: probe.format))
        for secret in Self.secrets { #expect(!contains(secret, in: stripped)) }
    }

    @Test(arguments: DrawnPicture.pictures)
    func `the pixels and which way up they are stay`(_ fixture: DrawnPicture) throws {
        let probe = try ImageProbe(bytes: fixture.bytes)
        let stripped =
            try MetadataStripper.strip(fixture.bytes, format: probe.format) ?? fixture.bytes
        #expect(try ImageProbe(bytes: stripped).orientation == probe.orientation)
        // Wide enough for every fixture, so that the raster is the picture itself.
        var parameters = IntakeParameters()
        parameters.rasterSide = 512
        let before = try Intake.run(bytes: fixture.bytes, parameters)
        let after = try Intake.run(bytes: stripped, parameters)
        #expect(after.raster == before.raster)
        #expect(after.phash == before.phash)
        #expect(after.isAnimated == before.isAnimated || fixture.name.hasSuffix(".heic"))
        #expect(after.exif.latitude == nil)
    }

    @Test(arguments: DrawnPicture.pictures)
    func `a stripped file has nothing more to strip`(_ fixture: DrawnPicture) throws {
        let format = try ImageProbe(bytes: fixture.bytes).format
        let stripped = try MetadataStripper.strip(fixture.bytes, format: format) ?? fixture.bytes
        #expect(try MetadataStripper.strip(stripped, format: format) == nil)
    }

    @Test(
        arguments: DrawnPicture.pictures.filter {
            ["plain", "progressive", "grey", "rgb", "palette", "animated", "still", "disposal"]
                .contains($0.name.split { "-.".contains($0) }[0])
        })
    func `a clean file is served as it is`(_ fixture: DrawnPicture) throws {
        let format = try ImageProbe(bytes: fixture.bytes).format
        #expect(try MetadataStripper.strip(fixture.bytes, format: format) == nil)
    }

    @Test(arguments: ["wide-gamut.jpg", "metadata.jpg", "metadata.webp", "metadata.heic"])
    func `the colour profile stays`(_ name: String) throws {
        let fixture = try #require(DrawnPicture.all(in: "formats", prefix: name).first)
        let format = try ImageProbe(bytes: fixture.bytes).format
        let stripped = try MetadataStripper.strip(fixture.bytes, format: format) ?? fixture.bytes
        #expect(contains(Array("Drawn wide RGB".utf8), in: stripped))
    }

    @Test func `only the first of several pictures stays`() throws {
        let fixture = try #require(DrawnPicture.all(in: "formats", prefix: "two-pictures").first)
        let stripped = try #require(try MetadataStripper.strip(fixture.bytes, format: .jpeg))
        #expect(stripped.count < fixture.bytes.count * 2 / 3)
        #expect(!contains(Array("MPF\0".utf8), in: stripped))
    }

    private func contains(_ needle: [UInt8], in bytes: [UInt8]) -> Bool {
        Data(bytes).range(of: Data(needle)) != nil
    }
}
