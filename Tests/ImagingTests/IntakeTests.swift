import Imaging
import Testing

@Suite struct IntakeTests {
    @Test(arguments: [
        (3024, 4032, 1224, 1632), (3000, 2000, 1732, 1154), (4000, 2000, 2000, 1000),
        (5000, 500, 4472, 447), (1415, 1414, 1414, 1413), (1414, 1414, 1414, 1414),
        (16_384, 3_000, 3_304, 605), (1, 1, 1, 1),
    ])
    func `a provider's picture has the exact size`(w: Int, h: Int, toWidth: Int, toHeight: Int) {
        let size = PictureSize.within(pixels: 2_000_000, width: w, height: h)
        #expect(size == (toWidth, toHeight))
    }

    @Test func `a large JPEG is reduced, a small upright one is sent as stored`() throws {
        let large = Bitmap.drawn(2000, 1500, channels: 3) { x, y in [x / 8, y / 6, 60] }
        let result = try Intake.run(
            bytes: large.encoded(as: .jpeg(quality: 80)), IntakeParameters())
        let sent = try ImageProbe(bytes: try #require(result.providerPicture))
        #expect(sent.format == .jpeg && (sent.width, sent.height) == (1632, 1224))
        #expect((result.width, result.height) == (2000, 1500))
        #expect((result.raster.width, result.raster.height) == (512, 384))
        let small = large.resized(width: 300, height: 200)
        for encoding in [PictureEncoding.jpeg(quality: 80), .png, .webp(quality: 80)] {
            let kept = try Intake.run(bytes: small.encoded(as: encoding), IntakeParameters())
            #expect(kept.providerPicture == nil && kept.providerWidth == 300)
        }
    }

    @Test(arguments: ["plain.gif", "rgb.heic", "orientation-6.png", "orientation-8.webp"])
    func `what a provider cannot show upright becomes an upright JPEG`(name: String) throws {
        let result = try Intake.run(bytes: Fixture.named(name).bytes, IntakeParameters())
        let sent = try ImageProbe(bytes: try #require(result.providerPicture))
        #expect(sent.format == .jpeg && sent.orientation == 1)
        #expect((sent.width, sent.height) == (result.providerWidth, result.providerHeight))
    }

    @Test(arguments: 1...8)
    func `all eight orientations show the same picture`(orientation: Int) throws {
        let upright = try Intake.run(
            bytes: Fixture.named("orientation-1.jpg").bytes, IntakeParameters())
        let result = try Intake.run(
            bytes: Fixture.named("orientation-\(orientation).jpg").bytes, IntakeParameters())
        #expect(result.orientation == orientation)
        #expect((result.raster.width, result.raster.height) == (88, 66))
        #expect(meanDifference(result.raster.samples, upright.raster.samples) < 2)
        let thumbnail = try ImageProbe(bytes: result.thumbnail)
        #expect((thumbnail.width, thumbnail.height, thumbnail.orientation) == (88, 66, 1))
        #expect((result.providerPicture == nil) == (orientation == 1))
    }

    @Test(arguments: [
        (2000, 1000, 400, 200), (1000, 2000, 150, 300), (399, 299, 399, 299), (3000, 2, 400, 1),
    ])
    func `a thumbnail fits its box and is never enlarged`(w: Int, h: Int, tw: Int, th: Int) throws {
        let bytes = try Bitmap.plain(w, h, [200, 30, 30]).encoded(as: .png)
        let thumbnail = try ImageProbe(
            bytes: Intake.run(bytes: bytes, IntakeParameters()).thumbnail)
        #expect((thumbnail.width, thumbnail.height) == (tw, th))
    }

    @Test func `transparency is shown on white`() throws {
        let clear = Bitmap.plain(20, 20, [0, 0, 0, 0])
        let result = try Intake.run(bytes: clear.encoded(as: .png), IntakeParameters())
        #expect(result.raster.samples.allSatisfy { $0 == 255 })
        #expect(result.palette == [PaletteColor(red: 255, green: 255, blue: 255, share: 1)])
    }

    @Test func `an embedded profile is brought to sRGB for the eye, not for the hash`() throws {
        let result = try Intake.run(
            bytes: Fixture.named("wide-gamut.jpg").bytes, IntakeParameters())
        let expected: [UInt8] = [217, 80, 0]
        #expect(meanDifference(Array(result.raster.samples.prefix(3)), expected) < 3)
        #expect(result.phash.hex == Fixture.named("wide-gamut.jpg").phash)
    }

    @Test func `a picture of one pixel goes all the way`() throws {
        let result = try Intake.run(
            bytes: Bitmap.plain(1, 1, [9, 8, 7]).encoded(as: .png), IntakeParameters())
        #expect(result.raster.samples == [9, 8, 7])
        #expect(result.reduction.rgb.count == 3072 && result.reduction.lumaDeviation < 2)
    }

    @Test func `near pictures have near reductions, plain ones are flat`() throws {
        let photo = Reduction(of: try Bitmap(decoding: Fixture.named("rgb.png").bytes))
        let again = Reduction(of: try Bitmap(decoding: Fixture.named("rgb-420.jpg").bytes))
        let difference = photo.difference(to: again)
        #expect(difference.mean <= 6 && difference.maximum <= 40)
        #expect(photo.lumaDeviation > 2)
        #expect(Reduction(of: .plain(50, 50, [200, 0, 0])).lumaDeviation < 2)
    }

    @Test func `a wire carries a result unharmed`() throws {
        let result = try Intake.run(bytes: Fixture.named("exif.jpg").bytes, IntakeParameters())
        #expect(try IntakeResult(encoded: result.encoded) == result)
        for count in stride(from: 0, to: result.encoded.count, by: 997) {
            #expect(throws: ImageError.self) {
                try IntakeResult(encoded: Array(result.encoded.prefix(count)))
            }
        }
    }
}
