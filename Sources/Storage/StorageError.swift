import Domain
import Glibc

/// Why bytes could not be stored, found or deleted.
package enum StorageError: Error, Hashable, Sendable {
    /// What was being done.
    package enum Step: String, Sendable {
        case openSource, syncSource, createFolder, copy, syncCopy, rename, syncFolder
        case removeSource, look, delete, list
    }

    /// Not of the form `photo_analysis/{uuid}.jpg`.
    case invalidKey
    /// The file to be stored is missing or no regular file.
    case invalidSource
    /// No space or quota is left; reading goes on.
    case diskFull
    /// Any other refusal, with the system's error number.
    case failed(Step, code: Int32)
    /// The object store's answer was this status.
    case refused(status: Int)

    init(_ step: Step, code: Int32) {
        self = code == ENOSPC || code == EDQUOT ? .diskFull : .failed(step, code: code)
    }
}

extension StorageError: StorageFault {
    package var isStorageFull: Bool { self == .diskFull }
}

extension StorageError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidKey: "not a key"
        case .invalidSource: "the file to be stored is missing or no regular file"
        case .diskFull: "no space left on the disk"
        case .failed(let step, let code):
            "\(step.rawValue): \(unsafe String(cString: strerror(code)))"
        case .refused(let status): "the object store answered \(status)"
        }
    }
}
