import Domain
import Store
import Synchronization
import Telemetry

extension ProcessingService {
    /// Entries that one look at the retry queue works off.
    private static let portion = 10

    /// Works off what is due, oldest first, one after the other: the jobs as their attempts left them.
    package func workOffQueue() async throws -> [JobRecord] {
        try await jobs.runDue(ProcessImageRetry.kind, limit: Self.portion)
    }

    /// The number of an image by its id.
    package func number(of id: String) async throws -> Int64? {
        try await store.read { try $0.processing.find(id)?.number }
    }

    /// Makes every image due that is marked as being processed and is not.
    package func recover() async throws {
        let now = clock.now()
        let busy = Set(running.withLock { $0.keys })
        let number = try await store.write { [self] tables -> Int in
            let abandoned = try tables.processing.abandoned().filter { !busy.contains($0) }
            for number in abandoned {
                guard let image = try tables.processing.find(number: number) else { continue }
                try schedule(
                    image, at: now, retryCount: image.retryCount, error: nil, now, tables)
            }
            return abandoned.count
        }
        if number > 0 {
            log.notice("images that were being processed are due", ["count": .integer(number)])
        }
    }

    // MARK: - Another model

    /// Queues the renewal of text embeddings where some are of another model than the one in force.
    package func queueReembedding() async throws {
        let model = texts.choice.model
        let isNeeded = try await store.read {
            try !$0.embeddings.owners(.processing, in: .text, otherThan: model).isEmpty
        }
        guard isNeeded else { return }
        try await jobs.enqueue(
            try jobs.make(ReembedImages(), key: "reembed_images", onDuplicate: .keepRunning))
    }

    /// Embeds anew what is of another model; `JobFailure.postpone` where the limiter stands in the way.
    package func reembed(_ context: JobContext) async throws -> Int {
        let choice = texts.choice
        let numbers = try await store.read {
            try $0.embeddings.owners(.processing, in: .text, otherThan: choice.model)
        }
        for (done, number) in numbers.enumerated() {
            try context.stage("embedding", done: done, total: numbers.count)
            let image = try await store.read { try $0.processing.find(number: number) }
            guard let image, !image.text.isEmpty else { continue }
            try await reembed(image, choice)
        }
        return numbers.count
    }

    private func reembed(
        _ image: ProcessingImage, _ choice: TextEmbeddings.Choice
    ) async throws {
        let embedded: TextEmbeddings.Embedded
        do throws(TextEmbeddings.Refusal) {
            embedded = try await texts.embed(
                image.text, with: choice,
                for: .init(
                    user: image.userID, service: "processing.reembed_images", subject: image.id,
                    requestID: nil))
        } catch {
            switch error {
            case .limited(let seconds):
                throw JobFailure.postpone(
                    "No embedding is left in this minute.", for: .seconds(seconds))
            case .failed(let reason): throw JobFailure.retry("Embedding failed: \(reason).")
            }
        }
        let now = clock.now()
        let number = image.number
        try await contents.embeddings.set(
            embedded.vector, of: .init(.processing, number), in: .text, model: choice.model
        ) { tables in
            try tables.usage.append(embedded.entry)
            return try tables.processing.setEmbedded(number, model: choice.model, at: now)
        }
    }
}
