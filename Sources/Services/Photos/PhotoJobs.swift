import Crypto
import Domain
import Store
import Telemetry

/// Analyses a photo for a client that does not wait.
struct AnalysePhoto: Job {
    static let kind = JobKind(
        "photo-analysis", queue: .highPriority, access: .anybody, hidesArguments: true,
        isOpenToAdmins: false)

    /// The key of the stored upload.
    var file: String
    var size: Int
    var md5: String
    var sha256: String
    var user: String?
    var fingerprint: String?
    var address: String
    /// Scheme and host under which its client knows the daemon.
    var origin: String
    /// Whether its token has been taken.
    var isAdmitted: Bool
    /// The job that analyses the same bytes and goes first.
    var follows: String?
}

/// Photos whose clients do not wait: each becomes a job that brings what waiting would have brought.
package final class PhotoJobs: Sendable {
    /// An answer as its client would have had it.
    package struct Answer: Sendable {
        package var status: Int
        package var body: [UInt8]

        package init(status: Int, body: [UInt8]) {
            self.status = status
            self.body = body
        }

        var json: JSONText {
            JSONText("{\"status\":\(status),\"body\":\(String(decoding: body, as: UTF8.self))}")
        }
    }

    /// What is made of an upload's end for a client that knows the daemon under `origin`.
    package typealias Encoder =
        @Sendable (_ result: Result<PhotoService.UploadAnswer, UploadFailure>, _ origin: String) ->
        Answer

    private let photos: PhotoService
    private let jobs: JobService
    private let store: DataStore
    private let spool: Spool
    private let storage: any BlobStorage
    private let encode: Encoder
    private let log: Logger
    /// Uploads of the same bytes are looked up and queued one after the other, so that one goes first.
    private let admission = (0..<64).map { _ in Permits(1) }

    /// - Parameter storage: the daemon's own disk, where uploads wait for their job.
    package init(
        photos: PhotoService, jobs: JobService, store: DataStore, spool: Spool,
        storage: any BlobStorage, log: Logger, encode: @escaping Encoder
    ) {
        self.photos = photos
        self.jobs = jobs
        self.store = store
        self.spool = spool
        self.storage = storage
        self.log = log
        self.encode = encode
        jobs.on(AnalysePhoto.self) { [weak self] job, context in
            guard let self else { throw JobFailure.retry("The daemon stops.") }
            return try await run(job, context)
        }
    }

    /// How an upload was begun.
    package enum Begun: Sendable {
        /// There is nothing to wait for.
        case answered(PhotoService.UploadAnswer)
        case queued(JobRecord)
    }

    /// Answers a duplicate at once; queues everything else once its token is taken and its bytes are durable.
    package func begin(
        _ upload: SpooledUpload, by caller: Caller, origin: String, queue: JobQueue
    ) async throws(UploadFailure) -> Begun {
        let place = Int(upload.sha256.first ?? 0) % admission.count
        return try await admission[place].withPermit { () async throws(UploadFailure) in
            let key = "photo:" + upload.sha256.hexadecimal
            let first: JobRecord?
            do {
                first = try await store.read { try $0.jobs.active(key: key) }
            } catch {
                throw photos.storageFailure(error)
            }
            if first == nil, let answer = try await photos.admit(upload, by: caller) {
                return .answered(answer)
            }
            do {
                return .queued(
                    try await enqueue(
                        upload, caller, origin: origin, queue: queue, key: key, after: first))
            } catch {
                throw photos.storageFailure(error)
            }
        }
    }

    private func enqueue(
        _ upload: SpooledUpload, _ caller: Caller, origin: String, queue: JobQueue, key: String,
        after first: JobRecord?
    ) async throws -> JobRecord {
        let file = "jobs/" + UUIDValue.random().description
        var job = try jobs.make(
            AnalysePhoto(
                file: file, size: upload.size, md5: upload.md5.hexadecimal,
                sha256: upload.sha256.hexadecimal, user: caller.user?.id,
                fingerprint: caller.user == nil ? caller.fingerprint : nil,
                address: caller.address, origin: origin, isAdmitted: first == nil,
                follows: first?.id),
            owner: caller.identity, queue: queue)
        job.file = file
        // The key is for finding the job that goes first; those that follow have none.
        job.key = first == nil ? key : nil
        let made = job
        try await storage.store(fileAt: upload.path, as: file)
        do {
            return try await jobs.enqueue(made)
        } catch {
            await discard(file)
            throw error
        }
    }

    /// Keeps the end of an upload that was over at once as a job, for a client that asked for jobs.
    package func keep(
        _ result: Result<PhotoService.UploadAnswer, UploadFailure>, by caller: Caller,
        origin: String
    ) async throws -> JobRecord {
        let answer = encode(result, origin).json
        let job = jobs.make(AnalysePhoto.kind, .emptyObject, owner: caller.identity)
        let isSuccess = if case .success = result { true } else { false }
        return try await store.write { tables in
            try tables.jobs.insertEnded(
                job, isSuccess ? .succeeded : .failed, result: isSuccess ? answer : nil,
                error: isSuccess ? nil : answer)
        }
    }

    // MARK: - Running

    private func run(_ job: AnalysePhoto, _ context: JobContext) async throws -> JobOutcome {
        try context.reach(.received)
        if let first = job.follows {
            _ = try await jobs.result(of: first, within: .seconds(120))
        }
        let caller = try await caller(of: job)
        let upload = try await upload(of: job)
        try context.reach(.hashed)
        let progress = PhotoProgress { stage throws(UploadFailure) in
            do {
                try context.reach(stage)
            } catch {
                throw .cancelled
            }
        }
        let result: Result<PhotoService.UploadAnswer, UploadFailure>
        do throws(UploadFailure) {
            var answer = try await photos.upload(
                upload, by: caller, isAdmitted: job.isAdmitted, progress: progress)
            // An attempt that was cut off may have stored the record already.
            let isOwn =
                context.attempt > 1 && job.isAdmitted
                && answer.view.photo.createdAt >= context.job.createdAt
            if isOwn { answer.isCached = false }
            result = .success(answer)
        } catch {
            if error == .cancelled { throw CancellationError() }
            result = .failure(error)
        }
        let answer = encode(result, job.origin).json
        guard case .success = result else { throw JobFailure(error: answer, .permanent) }
        await discard(job.file)
        return .done(answer)
    }

    private func caller(of job: AnalysePhoto) async throws -> Caller {
        var user: User?
        if let id = job.user { user = try await store.read { try $0.users.find(id: id) } }
        return Caller(user: user, fingerprint: job.fingerprint, address: job.address)
    }

    private func upload(of job: AnalysePhoto) async throws -> SpooledUpload {
        guard case .file(let path, let size)? = try await storage.read(job.file),
            size == job.size, let md5 = [UInt8](hexadecimal: job.md5),
            let sha256 = [UInt8](hexadecimal: job.sha256)
        else { throw JobFailure.permanent("The upload is not there any more.") }
        return try spool.link(path, size: size, md5: md5, sha256: sha256)
    }

    private func discard(_ file: String) async {
        do {
            _ = try await storage.delete(file)
        } catch {
            log.warning("a file is left for the collector", ["error": .text("\(error)")])
        }
    }
}

extension JobContext {
    func reach(_ stage: PhotoProgress.Stage) throws {
        try self.stage(stage.rawValue, percent: stage.percent)
    }
}
