import Foundation
import Imaging

/// Any number of different 12-megapixel photos, made of one.
struct PhotoSource {
    /// The drawn photo as it lies on disk.
    let path: String
    let bytes: [UInt8]
    private let bitmap: Bitmap

    init(_ folder: String) throws {
        let drawn = folder + "/bench-12mp.jpg"
        // Where it could not be drawn for want of Python, a sample of the same size stands in.
        path =
            FileManager.default.fileExists(atPath: drawn)
            ? drawn : "Fixtures/samples/sunset-beach.jpg"
        guard let data = FileManager.default.contents(atPath: path) else {
            throw BenchFailure("\(path) is missing; type `make bench` in the repository's folder")
        }
        bytes = Array(data)
        bitmap = try Bitmap(decoding: bytes)
    }

    var description: String {
        "\(bitmap.width)×\(bitmap.height), \((Double(bytes.count) / 1e6).text(1)) MB"
    }

    /// The photo pushed across and down so far that its perceptual hash is another one, and a new JPEG.
    func variant(_ number: Int) throws -> [UInt8] {
        let across = (number * 397 + 200) % bitmap.width * bitmap.channels
        let down = (number * 611 + 300) % bitmap.height
        let stride = bitmap.width * bitmap.channels
        var samples: [UInt8] = []
        samples.reserveCapacity(bitmap.samples.count)
        for row in 0..<bitmap.height {
            let start = (row + down) % bitmap.height * stride
            samples += bitmap.samples[start + across..<start + stride]
            samples += bitmap.samples[start..<start + across]
        }
        let moved = Bitmap(
            width: bitmap.width, height: bitmap.height, channels: bitmap.channels, samples: samples)
        return try moved.encoded(as: .jpeg(quality: 90))
    }
}
