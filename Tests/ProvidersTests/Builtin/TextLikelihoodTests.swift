import Domain
import Providers
import Testing

/// Pictures with words, from a five-by-seven alphabet of our own.
enum Lettering {
    private static let glyphs: [Character: [UInt8]] = [
        "A": [0x0E, 0x11, 0x11, 0x1F, 0x11, 0x11, 0x11],
        "C": [0x0E, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0E],
        "E": [0x1F, 0x10, 0x10, 0x1E, 0x10, 0x10, 0x1F],
        "F": [0x1F, 0x10, 0x10, 0x1E, 0x10, 0x10, 0x10],
        "I": [0x0E, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0E],
        "M": [0x11, 0x1B, 0x15, 0x15, 0x11, 0x11, 0x11],
        "O": [0x0E, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0E],
        "P": [0x1E, 0x11, 0x11, 0x1E, 0x10, 0x10, 0x10],
        "R": [0x1E, 0x11, 0x11, 0x1E, 0x14, 0x12, 0x11],
        "S": [0x0F, 0x10, 0x10, 0x0E, 0x01, 0x01, 0x1E],
        "T": [0x1F, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04],
        "N": [0x11, 0x19, 0x15, 0x15, 0x13, 0x11, 0x11],
    ]

    static func raster(
        _ words: [String], on background: Picture, dot: Int, ink: (UInt8, UInt8, UInt8)
    ) -> Raster {
        let base = background.raster
        var rgb = base.rgb
        for (line, word) in words.enumerated() {
            for (place, letter) in word.enumerated() {
                guard let glyph = glyphs[letter] else { continue }
                for y in 0..<(7 * dot) {
                    for x in 0..<(5 * dot) where glyph[y / dot] >> (4 - x / dot) & 1 == 1 {
                        let px = 40 + place * 6 * dot + x
                        let py = 60 + line * 10 * dot + y
                        guard px < base.width, py < base.height else { continue }
                        let i = (py * base.width + px) * 3
                        (rgb[i], rgb[i + 1], rgb[i + 2]) = ink
                    }
                }
            }
        }
        return Raster(width: base.width, height: base.height, rgb: rgb)
    }

    static let sign = raster(["COFFEE", "TIME"], on: Picture.scenes[7], dot: 3, ink: (20, 20, 20))
}

@Suite struct TextLikelihoodTests {
    @Test(arguments: Picture.scenes + SceneAnalysisTests.oddities)
    func `a picture without words is not worth reading`(picture: Picture) {
        let isLikely = TextLikelihood(picture.raster).isLikely
        #expect(!isLikely)
    }

    @Test(arguments: [2, 3, 4], [7, 10])
    func `words on a plain ground are worth reading`(dot: Int, scene: Int) {
        let raster = Lettering.raster(
            ["COFFEE", "TIME", "TO", "RISE"], on: Picture.scenes[scene], dot: dot,
            ink: (25, 20, 20))
        let isLikely = TextLikelihood(raster).isLikely
        #expect(isLikely)
    }

    @Test func `bright words in the dark are worth reading`() {
        let raster = Lettering.raster(
            ["OPEN", "CAFE", "MINT"], on: Picture.scenes[2], dot: 3, ink: (250, 240, 200))
        let isLikely = TextLikelihood(raster).isLikely
        #expect(isLikely)
    }
}
