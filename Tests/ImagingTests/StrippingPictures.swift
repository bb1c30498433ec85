import Foundation
import Imaging
import Testing

/// A picture of `Fixtures`.
struct DrawnPicture: CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]

    var testDescription: String { name }

    /// All files of a folder whose names begin with `prefix`, by name.
    static func all(in folder: String, prefix: String = "") -> [DrawnPicture] {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Fixtures/\(folder)").standardizedFileURL
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path.path())) ?? []
        return names.filter { $0.hasPrefix(prefix) }.sorted().compactMap { name in
            (try? Data(contentsOf: path.appending(path: name))).map {
                DrawnPicture(name: name, bytes: [UInt8]($0))
            }
        }
    }

    static let pictures = all(in: "formats").filter { (try? ImageProbe(bytes: $0.bytes)) != nil }
    static let withMetadata = all(in: "formats", prefix: "metadata")
}
