import Glibc

/// Reads the entries of a folder one after the other; a folder that is missing has none.
@safe final class FolderReader {
    struct Entry {
        let name: String
        let facts: FileFacts
    }

    private let path: String
    private let stream: OpaquePointer?

    init(_ path: String) throws(StorageError) {
        self.path = path
        unsafe stream = opendir(path)
        guard unsafe stream != nil || errno == ENOENT || errno == ENOTDIR else {
            throw StorageError(.list, code: errno)
        }
    }

    deinit {
        if let stream = unsafe stream { unsafe closedir(stream) }
    }

    /// The next entry but `.` and `..`, links not followed; nil at the end.
    func next() throws(StorageError) -> Entry? {
        guard let stream = unsafe stream else { return nil }
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                guard errno == 0 else { throw StorageError(.list, code: errno) }
                return nil
            }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            // An entry may be gone between the listing and the look at it.
            guard name != ".", name != "..", let facts = try FileFacts("\(path)/\(name)") else {
                continue
            }
            return Entry(name: name, facts: facts)
        }
    }
}

/// What the file system says of one path, links not followed.
struct FileFacts {
    private let facts: stat

    /// Nil if there is nothing.
    init?(_ path: String) throws(StorageError) {
        var facts = stat()
        guard unsafe lstat(path, &facts) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else {
                throw StorageError(.look, code: errno)
            }
            return nil
        }
        self.facts = facts
    }

    /// What is behind an open descriptor.
    init(_ descriptor: borrowing Descriptor) throws(StorageError) {
        var facts = stat()
        guard unsafe fstat(descriptor.value, &facts) == 0 else {
            throw StorageError(.look, code: errno)
        }
        self.facts = facts
    }

    var isFolder: Bool { facts.st_mode & S_IFMT == S_IFDIR }

    /// The size of a regular file, nil for anything else.
    var regularSize: Int? {
        facts.st_mode & S_IFMT == S_IFREG ? Int(facts.st_size) : nil
    }

    /// In milliseconds since 1970.
    var modified: Int64 {
        Int64(facts.st_mtim.tv_sec) * 1000 + Int64(facts.st_mtim.tv_nsec / 1_000_000)
    }
}
