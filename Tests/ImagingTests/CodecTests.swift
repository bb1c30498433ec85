import Imaging
import Testing

@Suite struct CodecTests {
    @Test(arguments: Fixture.all)
    func `pixels come out as Pillow decodes them`(fixture: Fixture) throws {
        let picture = try Bitmap(decoding: fixture.bytes)
        #expect(picture.width == fixture.width && picture.height == fixture.height)
        let expected = try Bitmap(decoding: fixture.expected).spreadToRGB()
        let difference = meanDifference(rgb(picture), expected.samples)
        let isLossless =
            fixture.name.hasSuffix(".png") || fixture.name.hasSuffix(".gif")
            || fixture.name.hasPrefix("lossless")
        #expect(isLossless ? difference == 0 : difference < 1.5)
    }

    @Test func `pictures survive encoding`() throws {
        let grey = Bitmap.drawn(40, 30, channels: 1) { x, y in [x * 6 + y] }
        let color = Bitmap.drawn(40, 30, channels: 3) { x, y in [x * 6, y * 8, 100] }
        let alpha = Bitmap.drawn(40, 30, channels: 4) { x, y in [x * 6, y * 8, 100, 255 - y] }
        for picture in [grey, color, alpha] {
            #expect(try Bitmap(decoding: picture.encoded(as: .png)) == picture)
        }
        let jpeg = try Bitmap(decoding: color.encoded(as: .jpeg(quality: 95)))
        #expect(meanDifference(jpeg.samples, color.samples) < 4)
        let webp = try Bitmap(decoding: color.encoded(as: .webp(quality: 95)))
        #expect(meanDifference(webp.samples, color.samples) < 6)
    }

    @Test(arguments: Fixture.all)
    func `a file that ends too early is refused`(fixture: Fixture) throws {
        let bytes = fixture.bytes
        for percent in [1, 10, 30, 50, 70, 90] {
            let cut = Array(bytes.prefix(bytes.count * percent / 100))
            // The second picture of an MPO and a GIF's or WebP's later frames may be missing.
            let isOptional =
                ["mpo", "animated"].contains { fixture.name.hasPrefix($0) } && percent > 40
            if !isOptional {
                #expect(throws: ImageError.self) { try Bitmap(decoding: cut) }
            }
        }
    }

    @Test func `a JPEG without its last two bytes is refused, bytes behind it are not`() throws {
        let bytes = Fixture.named("rgb-420.jpg").bytes
        #expect(throws: ImageError.self) { try Bitmap(decoding: Array(bytes.dropLast(2))) }
        #expect(try Bitmap(decoding: bytes + [1, 2, 3]) == Bitmap(decoding: bytes))
    }

    private func rgb(_ picture: Bitmap) -> [UInt8] {
        guard picture.channels == 4 else { return picture.spreadToRGB().samples }
        return picture.samples.indices.filter { $0 % 4 < 3 }.map { picture.samples[$0] }
    }
}
