import Imaging
import Testing

@Suite struct PaletteTests {
    @Test func `areas come with their colours and shares`() {
        let picture = Bitmap.drawn(100, 100, channels: 3) { x, _ in
            x < 60 ? [200, 30, 30] : x < 90 ? [20, 60, 180] : [250, 250, 240]
        }
        #expect(
            Palette.colors(of: picture, count: 5) == [
                PaletteColor(red: 200, green: 30, blue: 30, share: 0.6),
                PaletteColor(red: 20, green: 60, blue: 180, share: 0.3),
                PaletteColor(red: 250, green: 250, blue: 240, share: 0.1),
            ])
    }

    @Test func `a photo's palette is complete and always the same`() throws {
        let picture = try Bitmap(decoding: Fixture.named("rgb.png").bytes)
        let palette = Palette.colors(of: picture, count: 8)
        #expect(palette.count == 8)
        #expect(abs(palette.reduce(0) { $0 + $1.share } - 1) < 1e-9)
        #expect(palette == Palette.colors(of: picture, count: 8))
        #expect(palette.map(\.share) == palette.map(\.share).sorted(by: >))
    }

    @Test(arguments: [[0, 0, 0], [255, 255, 255], [255, 0, 0], [12, 200, 99]] as [[UInt8]])
    func `a colour survives the way through Lab`(color: [UInt8]) {
        let lab = Lab(red: Double(color[0]), green: Double(color[1]), blue: Double(color[2]))
        #expect(lab.sRGB == (color[0], color[1], color[2]))
    }
}
