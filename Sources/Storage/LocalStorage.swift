import Domain
import Glibc
import Synchronization

/// Blobs as files under one folder, durable when `store` returns.
///
/// A file is written aside, synced, renamed and its folder synced: after a crash a key has all of its bytes or does not
/// exist. One process at a time may use a root.
package struct LocalStorage: BlobStorage {
    package let kind = StorageKind.local

    /// Where copies are made; a dot at the front keeps it apart from every key.
    private static let aside = ".incoming"

    private let root: String
    private let calls: FileCalls
    private let lanes = BlockingLanes(label: "storage")
    private let folders: FolderSync
    private let memory = Memory()

    private final class Memory: Sendable {
        let copies = Atomic<UInt>(0)
        /// Folders whose own entries are known to be durable.
        let folders = Mutex<Set<String>>([])
    }

    package init(root: String, calls: FileCalls = FileCalls()) {
        self.root = root
        self.calls = calls
        folders = FolderSync(lanes: lanes, calls: calls)
    }

    /// Creates the root and deletes the copies that a crash left half done. To be called before the first `store`.
    package func prepare() async throws(StorageError) {
        try await lanes.run { [self] () throws(StorageError) in
            let aside = path(of: LocalStorage.aside)
            try createFolder(root)
            try createFolder(aside)
            let leftovers = try FolderReader(aside)
            while let entry = try leftovers.next() { _ = calls.remove("\(aside)/\(entry.name)") }
        }
    }

    /// Moves a file to its key, or copies it when it lies on another file system; either way the source is gone in the
    /// end. On an error the source is where it was and the key is as it was, with one exception: when only the sync of
    /// the folder failed, the file may be under its key already.
    package func store(fileAt source: String, as key: String) async throws {
        guard StorageKey.isValid(key) else { throw StorageError.invalidKey }
        try await lanes.run { [self] () throws(StorageError) in
            try createFolders(upTo: StorageKey.folder(of: key))
            try place(source, at: path(of: key))
        }
        try await folders.sync(path(of: StorageKey.folder(of: key)))
    }

    package func read(_ key: String) async throws -> StoredBlob? {
        guard StorageKey.isValid(key) else { throw StorageError.invalidKey }
        let path = path(of: key)
        // Looked up right here: the caller is about to open the file on this thread too, and the kernel knows its name.
        return try FileFacts(path)?.regularSize.map { .file(path: path, size: $0) }
    }

    package func delete(_ key: String) async throws -> Bool {
        guard StorageKey.isValid(key) else { throw StorageError.invalidKey }
        // The folder is not synced: a file that a crash brings back has no name in the database and is collected.
        return try await lanes.run { [self] () throws(StorageError) in
            let code = calls.remove(path(of: key))
            if code == ENOENT || code == ENOTDIR { return false }
            guard code == 0 else { throw StorageError(.delete, code: code) }
            return true
        }
    }

    /// All keys, page by page and in no order, for whoever looks for files that nothing refers to.
    ///
    /// What is stored or deleted meanwhile may be in it or not.
    package func keys() -> StoredKeys {
        StoredKeys(root: root, lanes: lanes)
    }

    private func path(of key: String) -> String {
        "\(root)/\(key)"
    }
}

// What runs on a lane, where it may wait for the disk.
extension LocalStorage {
    private func place(_ source: String, at target: String) throws(StorageError) {
        let file = try openSource(source)
        let code = calls.sync(file.value, source)
        guard code == 0 else { throw StorageError(.syncSource, code: code) }
        let renamed = calls.rename(source, target)
        if renamed == EXDEV { return try copy(file, from: source, to: target) }
        guard renamed == 0 else { throw StorageError(.rename, code: renamed) }
    }

    private func openSource(_ source: String) throws(StorageError) -> Descriptor {
        do throws(StorageError) {
            // A pipe in the file's place would hold up the lane for good without O_NONBLOCK.
            let file = try Descriptor(
                source, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, step: .openSource)
            guard try FileFacts(file).regularSize != nil else { throw .invalidSource }
            return file
        } catch .failed(.openSource, ENOENT), .failed(.openSource, ENOTDIR),
            .failed(.openSource, ELOOP)
        {
            throw .invalidSource
        }
    }

    private func copy(
        _ file: borrowing Descriptor, from source: String, to target: String
    ) throws(StorageError) {
        try createFolder(path(of: LocalStorage.aside))
        let number = memory.copies.wrappingAdd(1, ordering: .relaxed).newValue
        let aside = path(of: "\(LocalStorage.aside)/\(getpid())-\(number)")
        do throws(StorageError) {
            let copy = try Descriptor(aside, O_WRONLY | O_CREAT | O_TRUNC, step: .copy)
            try check(calls.copy(file.value, copy.value), .copy)
            try check(calls.sync(copy.value, aside), .syncCopy)
            try check(calls.rename(aside, target), .rename)
        } catch {
            _ = calls.remove(aside)
            throw error
        }
        // The bytes are safe: a source that stays behind is the spool's to clear.
        _ = calls.remove(source)
    }

    private func check(_ code: Int32, _ step: StorageError.Step) throws(StorageError) {
        guard code == 0 else { throw StorageError(step, code: code) }
    }

    private func createFolders(upTo folder: String) throws(StorageError) {
        var path = root
        try createFolder(path)
        for name in folder.split(separator: "/") {
            path += "/\(name)"
            try createFolder(path)
        }
    }

    /// Creates a folder unless it exists, durably: a folder lost in a crash takes its synced files with it.
    ///
    /// One that exists is synced too, once: whoever made it may have died or not have come to it yet.
    private func createFolder(_ folder: String) throws(StorageError) {
        guard !memory.folders.withLock({ $0.contains(folder) }) else { return }
        let code = FileCalls.code { unsafe mkdir(folder, 0o700) }
        try check(code == EEXIST ? 0 : code, .createFolder)
        let parent = StorageKey.folder(of: folder)
        let descriptor = try Descriptor(
            parent.isEmpty ? (folder.hasPrefix("/") ? "/" : ".") : parent, O_RDONLY | O_DIRECTORY,
            step: .createFolder)
        try check(calls.sync(descriptor.value, folder), .createFolder)
        _ = memory.folders.withLock { $0.insert(folder) }
    }
}
