import Domain
import Glibc

/// Pictures in a folder of this machine: regular files below one root, whatever links there are.
struct FolderSource: PictureSource {
    private static let queue = SerialQueue("tintype.folder")

    /// Files that one listing looks at.
    private static let listingLimit = 100_000
    private static let depthLimit = 32

    let root: String

    func bytes(at place: String, limit: Int) async throws(SourceFailure) -> [UInt8] {
        let root = root
        do {
            return try await Self.queue.run { try Self.read(place, below: root, limit: limit) }
        } catch {
            throw (error as? SourceFailure) ?? SourceFailure(.unavailable, "cannot be read")
        }
    }

    private static func read(
        _ place: String, below root: String, limit: Int
    ) throws(SourceFailure) -> [UInt8] {
        guard isRelative(place) else { throw outside }
        guard let real = realPath(root) else {
            throw SourceFailure(.unavailable, "the folder is not there")
        }
        // O_NONBLOCK: a pipe must not hold up the queue.
        let descriptor = unsafe open(
            real + "/" + place, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG:
                throw SourceFailure(.gone, "file not found")
            default: throw SourceFailure(.unavailable, "file cannot be opened (errno \(errno))")
            }
        }
        defer { close(descriptor) }
        // Asked of the open file itself, so that nothing can be exchanged between the question and the reading.
        guard let path = realPath("/proc/self/fd/\(descriptor)"),
            path.hasPrefix(real == "/" ? "/" : real + "/")
        else { throw outside }
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            throw SourceFailure(.refused, "not a regular file")
        }
        guard facts.st_size <= limit else {
            throw SourceFailure(.tooLarge, "file larger than \(limit >> 20) MB")
        }
        do {
            return try Spool.read(descriptor, size: Int(facts.st_size))
        } catch {
            throw SourceFailure(.unavailable, "file cannot be read")
        }
    }

    private static let outside = SourceFailure(.refused, "path outside the folder")

    /// Whether a path names something below the folder it is appended to.
    static func isRelative(_ path: String) -> Bool {
        let names = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return !path.isEmpty && path.utf8.count <= 4096 && !path.utf8.contains(0)
            && names.allSatisfy { !$0.isEmpty && !$0.elementsEqual("..".utf8) }
    }

    private static func realPath(_ path: String) -> String? {
        guard let text = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(text) }
        return unsafe String(validatingCString: text)
    }

    // MARK: - Listing

    /// The regular files below `path`, by relative path; links to folders are not followed.
    func list(_ path: String, recursive: Bool) async throws -> FolderPage {
        let root = root
        return try await Self.queue.run {
            guard path.isEmpty || Self.isRelative(path) else { throw Self.outside }
            var files: [FolderPage.File] = []
            try Self.collect(root, path, recursive: recursive, depth: 0, into: &files)
            return FolderPage(files: files.sorted { $0.path < $1.path })
        }
    }

    private static func collect(
        _ root: String, _ folder: String, recursive: Bool, depth: Int,
        into files: inout [FolderPage.File]
    ) throws {
        let descriptor = unsafe open(
            folder.isEmpty ? root : root + "/" + folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0, let real = realPath(root),
            let path = realPath("/proc/self/fd/\(descriptor)"),
            (path + "/").hasPrefix(real == "/" ? "/" : real + "/"),
            let stream = unsafe fdopendir(descriptor)
        else {
            if descriptor >= 0 { close(descriptor) }
            if depth == 0 { throw SourceFailure(.gone, "the folder is not there") }
            return
        }
        defer { unsafe closedir(stream) }
        var folders: [String] = []
        while files.count < listingLimit, let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe String(
                    validatingCString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            guard let name, name != ".", name != ".." else { continue }
            var facts = stat()
            guard unsafe fstatat(descriptor, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 else {
                continue
            }
            let place = folder.isEmpty ? name : folder + "/" + name
            switch facts.st_mode & S_IFMT {
            case S_IFREG: files.append(FolderPage.File(name: name, path: place))
            case S_IFDIR where recursive && depth < depthLimit: folders.append(place)
            default: break
            }
        }
        for folder in folders {
            try collect(root, folder, recursive: true, depth: depth + 1, into: &files)
        }
    }
}
