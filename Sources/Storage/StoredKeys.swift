import Glibc
import Synchronization

/// A key and when its bytes were written.
package struct StoredKey: Hashable, Sendable {
    package let key: String
    package let size: Int
    /// In milliseconds since 1970.
    package let modified: Int64
}

/// The keys of a storage, read from the disk while they are asked for.
package struct StoredKeys: AsyncSequence, Sendable {
    package typealias Element = [StoredKey]
    package typealias Failure = StorageError

    /// Keys of one page at most.
    package static let pageSize = 512

    let root: String
    let lanes: BlockingLanes

    package func makeAsyncIterator() -> Iterator {
        Iterator(walk: KeyWalk(root: root), lanes: lanes)
    }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let walk: KeyWalk
        fileprivate let lanes: BlockingLanes

        package mutating func next() async throws(StorageError) -> [StoredKey]? {
            try await lanes.run { [walk] () throws(StorageError) in try walk.nextPage() }
        }

        package mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(StorageError) -> [StoredKey]? {
            try await lanes.run { [walk] () throws(StorageError) in try walk.nextPage() }
        }
    }
}

/// A walk through the folders of a root, a page at a time.
private final class KeyWalk: Sendable {
    private struct State {
        /// Folders still to be read, as the beginnings of keys.
        var folders = [""]
        var reader: FolderReader?
        var prefix = ""
    }

    private let root: String
    private let state = Mutex(State())

    init(root: String) {
        self.root = root
    }

    func nextPage() throws(StorageError) -> [StoredKey]? {
        let result: Result<[StoredKey], StorageError> = state.withLock { state in
            Result { () throws(StorageError) in try read(&state) }
        }
        let page = try result.get()
        return page.isEmpty ? nil : page
    }

    private func read(_ state: inout State) throws(StorageError) -> [StoredKey] {
        var page: [StoredKey] = []
        while page.count < StoredKeys.pageSize {
            guard let reader = state.reader else {
                guard let folder = state.folders.popLast() else { break }
                state.prefix = folder
                state.reader = try FolderReader("\(root)/\(folder)")
                continue
            }
            guard let entry = try reader.next() else {
                state.reader = nil
                continue
            }
            let key = state.prefix + entry.name
            if entry.facts.isFolder, StorageKey.isName(entry.name.utf8) {
                state.folders.append(key + "/")
            } else if let size = entry.facts.regularSize, StorageKey.isValid(key) {
                page.append(StoredKey(key: key, size: size, modified: entry.facts.modified))
            }
        }
        return page
    }
}
