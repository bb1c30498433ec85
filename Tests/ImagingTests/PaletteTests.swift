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
        let palette = Palette.colors(of: picture, count: 16)
        #expect((6...16).contains(palette.count))
        #expect(abs(palette.reduce(0) { $0 + $1.share } - 1) < 1e-9)
        #expect(palette == Palette.colors(of: picture, count: 16))
        #expect(palette.map(\.share) == palette.map(\.share).sorted(by: >))
        #expect(Palette.colors(of: picture) == Array(palette.prefix(5)))
    }

    @Test func `shades that an eye hardly tells apart and specks are no colours of their own`() {
        let picture = Bitmap.drawn(200, 10, channels: 3) { x, _ in
            x == 0 ? [0, 0, 255] : x < 100 ? [200 + x % 4, 30, 30] : [20, 90 + x % 3, 40]
        }
        let palette = Palette.colors(of: picture)
        #expect(palette.count == 2)
        #expect(palette.reduce(0) { $0 + $1.share } == 1)
    }

    @Test func `colours of the same share come in the order of their names`() {
        let picture = Bitmap.drawn(90, 30, channels: 3) { x, _ in
            x < 30 ? [255, 0, 0] : x < 60 ? [0, 0, 255] : [0, 255, 0]
        }
        #expect(Palette.colors(of: picture).map(\.hex) == ["#0000ff", "#00ff00", "#ff0000"])
    }

    @Test(arguments: [[0, 0, 0], [255, 255, 255], [255, 0, 0], [12, 200, 99]] as [[UInt8]])
    func `a colour survives the way through Lab`(color: [UInt8]) {
        let lab = Lab(red: Double(color[0]), green: Double(color[1]), blue: Double(color[2]))
        #expect(lab.sRGB == (color[0], color[1], color[2]))
    }
}
