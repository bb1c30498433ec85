import Domain

/// Where images of the processing family come from, and who may name which place.
package struct ImageSources: Sendable {
    /// The most bytes that an image may have.
    package static let limit = 10 << 20

    /// Nil where no token is set.
    let dropbox: (any RemoteFolder)?
    /// The Dropbox folder that paths must lie in; empty for the root.
    let dropboxFolder: String
    /// Nil where no folder is set.
    let folder: FolderSource?
    let web: WebFetcher

    package init(
        dropbox: (any RemoteFolder)?, dropboxFolder: String, folderRoot: String, web: WebFetcher
    ) {
        self.dropbox = dropbox
        self.dropboxFolder = Self.trimmed(dropboxFolder)
        folder = folderRoot.isEmpty ? nil : FolderSource(root: folderRoot)
        self.web = web
    }

    /// `/Photos` of `/Photos/`; empty for the root.
    private static func trimmed(_ path: String) -> String {
        let inner = path.split(separator: "/").joined(separator: "/")
        return inner.isEmpty ? "" : "/" + inner
    }

    /// Whether a path may be asked for: below the configured folder, an id only where that is the root.
    func isInDropbox(_ path: String) -> Bool {
        if path.hasPrefix("id:") { return dropboxFolder.isEmpty && path.utf8.count > 3 }
        guard path.hasPrefix("/"), !path.split(separator: "/").contains("..") else { return false }
        // Dropbox does not tell upper from lower case.
        return path.lowercased().hasPrefix(dropboxFolder.lowercased() + "/")
    }

    /// The bytes of an image that did not come by upload.
    func bytes(of image: ProcessingImage) async throws(ProcessingFailure) -> [UInt8] {
        do throws(SourceFailure) {
            guard let place = image.source else { throw SourceFailure(.gone, "no source") }
            switch image.provider {
            case .upload: throw SourceFailure(.gone, "the upload is gone")
            case .dropbox:
                guard let dropbox else {
                    throw SourceFailure(.notConfigured, "Dropbox not connected")
                }
                guard isInDropbox(place) else {
                    throw SourceFailure(.refused, "path outside the folder")
                }
                return try await dropbox.bytes(at: place, limit: Self.limit)
            case .folder:
                guard let folder else {
                    throw SourceFailure(.notConfigured, "Folder not configured")
                }
                return try await folder.bytes(at: place, limit: Self.limit)
            case .url: return try await fetch(place)
            }
        } catch {
            throw ProcessingFailure(.download, error.cause, isPermanent: error.isPermanent)
        }
    }

    private func fetch(_ url: String) async throws(SourceFailure) -> [UInt8] {
        let bytes: [UInt8]
        do throws(FetchFailure) {
            bytes = try await web.fetch(url)
        } catch {
            switch error {
            case .http(status: 404), .http(status: 410):
                throw SourceFailure(.gone, error.word)
            case .blockedAddress, .badURL: throw SourceFailure(.refused, error.word)
            case .tooLarge: throw SourceFailure(.tooLarge, error.word)
            default: throw SourceFailure(.unavailable, error.word)
            }
        }
        guard bytes.count <= Self.limit else { throw SourceFailure(.tooLarge, "too_large") }
        return bytes
    }

    /// File name endings that a listing takes for pictures.
    private static let endings: Set = ["jpg", "jpeg", "png", "webp", "gif", "heic"]

    static func isPicture(_ name: String) -> Bool {
        guard let dot = name.lastIndex(of: ".") else { return false }
        return endings.contains(name[name.index(after: dot)...].lowercased())
    }

    /// The name without its ending.
    static func title(of name: String) -> String {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
        return String(name[..<dot].unicodeScalars.prefix(500))
    }
}
