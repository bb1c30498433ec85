import Glibc

/// What can go wrong when vectors are checked, stored or opened.
package enum VectorError: Error, Equatable, Sendable {
    /// A vector has another length than its space.
    case wrongLength(expected: Int, actual: Int)
    /// A component is NaN or infinite.
    case notFinite(position: Int)
    /// All components are zero, so the vector points nowhere.
    case zeroLength
    /// A space has at least 1 and at most 4,096 dimensions.
    case unsupportedDimension(Int)
    /// The file was made for vectors of another length.
    case otherDimension(file: Int, asked: Int)
    /// The file was written by a newer version of this program.
    case newerVersion(UInt32)
    /// The file was written on a machine of the other byte order.
    case foreignByteOrder
    /// The file is not of the kind that its name says.
    case foreignFile
    /// No more vectors fit into this space.
    case full(capacity: Int)
    /// A system call failed; `code` is its errno.
    case system(operation: String, code: Int32)
    /// An earlier write could not be made durable, so nothing more is promised until the next start.
    case notDurable
}

extension VectorError {
    /// Whether there is no room for another vector: on the disk, in the quota or in the space.
    package var isStorageFull: Bool {
        switch self {
        case .full: true
        case .system(_, let code): code == ENOSPC || code == EDQUOT
        default: false
        }
    }
}

extension VectorError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .wrongLength(let expected, let actual):
            "a vector of \(actual) components was given where \(expected) are expected"
        case .notFinite(let position):
            "component \(position) of a vector is not a finite number"
        case .zeroLength:
            "a vector of zero length has no direction to compare"
        case .unsupportedDimension(let dimension):
            "vectors of \(dimension) dimensions are not supported; 1 to 4096 are"
        case .otherDimension(let file, let asked):
            "the vector file holds \(file) dimensions, not \(asked)"
        case .newerVersion(let version):
            "the vector file has format version \(version), which is newer than this program"
        case .foreignByteOrder:
            "the vector file was written on a machine of another byte order"
        case .foreignFile:
            "the file is not a vector file"
        case .full(let capacity):
            "the space is full: it holds at most \(capacity) vectors"
        case .system(let operation, let code):
            "\(operation) failed with errno \(code)"
        case .notDurable:
            "an earlier write could not be made durable; restart after checking the disk"
        }
    }
}
