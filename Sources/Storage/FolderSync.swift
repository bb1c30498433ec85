import Glibc
import Synchronization

/// Makes the entries of folders durable, one fsync for all who wait for the same folder.
final class FolderSync: Sendable {
    private typealias Waiter = CheckedContinuation<Result<Void, StorageError>, Never>

    private let lanes: BlockingLanes
    private let calls: FileCalls
    /// Who waits, by folder. A folder that is being synced has an entry, even when nobody waits for the next round.
    private let waiting = Mutex<[String: [Waiter]]>([:])

    init(lanes: BlockingLanes, calls: FileCalls) {
        self.lanes = lanes
        self.calls = calls
    }

    /// Returns when every entry that `folder` had at the time of the call is durable.
    func sync(_ folder: String) async throws(StorageError) {
        let result: Result<Void, StorageError> = await withCheckedContinuation { continuation in
            let isFirst = waiting.withLock { waiting in
                defer { waiting[folder, default: []].append(continuation) }
                return waiting[folder] == nil
            }
            // A detached task, since the sync must be finished for others when this caller is cancelled.
            if isFirst { Task.detached { await self.work(on: folder) } }
        }
        try result.get()
    }

    /// Syncs until nobody waits any more. Who comes during a sync waits for the next: it may have missed their entry.
    private func work(on folder: String) async {
        while let waiters = takeWaiters(of: folder) {
            let result = await syncOnce(folder)
            for waiter in waiters { waiter.resume(returning: result) }
        }
    }

    private func takeWaiters(of folder: String) -> [Waiter]? {
        waiting.withLock { waiting in
            let waiters = waiting[folder] ?? []
            waiting[folder] = waiters.isEmpty ? nil : []
            return waiters.isEmpty ? nil : waiters
        }
    }

    private func syncOnce(_ folder: String) async -> Result<Void, StorageError> {
        do throws(StorageError) {
            try await lanes.run { [calls] () throws(StorageError) in
                let descriptor = try Descriptor(folder, O_RDONLY | O_DIRECTORY, step: .syncFolder)
                let code = calls.sync(descriptor.value, folder)
                guard code == 0 else { throw StorageError(.syncFolder, code: code) }
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }
}
