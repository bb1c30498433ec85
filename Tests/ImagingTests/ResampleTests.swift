import Imaging
import Testing

@Suite struct ResampleTests {
    /// A made-up picture, the size it is brought to, and the FNV-1a of what Pillow's Lanczos and box make of it.
    struct Case: Sendable {
        let channels, width, height, newWidth, newHeight: Int
        let lanczos, box: UInt64

        init(
            _ channels: Int, _ width: Int, _ height: Int, _ newWidth: Int, _ newHeight: Int,
            _ lanczos: UInt64, _ box: UInt64
        ) {
            self.channels = channels
            self.width = width
            self.height = height
            self.newWidth = newWidth
            self.newHeight = newHeight
            self.lanczos = lanczos
            self.box = box
        }

        var picture: Bitmap {
            let samples = (0..<(width * height * channels)).map { index in
                UInt8(truncatingIfNeeded: index * index * 31 + index * 17 + (index >> 3))
            }
            return Bitmap(width: width, height: height, channels: channels, samples: samples)
        }
    }

    static let cases = [
        Case(1, 97, 61, 32, 32, 0xb399d3d0e743a7b6, 0x0e589d19d23b45fc),
        Case(3, 97, 61, 150, 200, 0xe4fb6fc4d4a0e509, 0x3eade5bc69822514),
        Case(3, 640, 480, 123, 77, 0xeb8f20560298f6d7, 0xcf89aaa41c1b07f2),
        Case(4, 211, 173, 64, 100, 0xdb2d7b9d371b43c1, 0xbb318478e01649ee),
        Case(3, 5, 3, 1, 1, 0x07fe5619175eb545, 0x3daa461936405991),
        Case(1, 1, 1, 7, 5, 0x3aefc885e76ecb37, 0x3aefc885e76ecb37),
        Case(3, 300, 20, 299, 20, 0xa0852c1ccac05995, 0x817261d1a85c7175),
        Case(3, 20, 300, 20, 150, 0xf7300dc173384689, 0xb4675f260d66e7a5),
        Case(1, 1000, 900, 3, 2, 0x614ff8849873925b, 0xd0840887222105b3),
        Case(4, 40, 40, 39, 41, 0xbdf5c427489add14, 0x77243e9ff8f98511),
        Case(3, 2000, 30, 100, 15, 0xbda667fbacae72ac, 0x96e277239a1b059c),
    ]

    @Test(arguments: cases)
    func `resampling equals Pillow's sample for sample`(sample: Case) {
        let picture = sample.picture
        let lanczos = picture.resized(width: sample.newWidth, height: sample.newHeight)
        #expect(fnv(lanczos.samples) == sample.lanczos)
        let box = picture.resized(
            width: sample.newWidth, height: sample.newHeight, filter: .box)
        #expect(fnv(box.samples) == sample.box)
    }

    @Test func `a reduction averages blocks and the rest at the edges`() {
        let picture = Bitmap(
            width: 3, height: 3, channels: 1, samples: [0, 4, 10, 8, 4, 20, 30, 50, 90])
        #expect(picture.reduced(by: 2).samples == [4, 15, 40, 90])
        #expect(picture.reduced(by: 3).samples == [24])
    }

    private func fnv(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
