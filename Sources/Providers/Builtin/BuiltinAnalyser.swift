import Dispatch
import Domain
import Synchronization

/// The provider inside the daemon: describes a photo by what can be measured or read in it.
///
/// Works without network and key. It states how a picture looks and what text was read; it never
/// names an object, a person, a brand or a place.
package final class BuiltinAnalyser: VisionProvider, EmbeddingProvider {
    /// What answers name as their model.
    package static let modelName = "tintype-builtin-1"

    private let textReader: any TextReader
    private let queue = DispatchQueue(label: "tintype.analyser")
    private let recent = Mutex(RecentAnalyses())

    /// `textReader` is asked only for photos that seem to hold text; it bounds its own time.
    package init(textReader: any TextReader) {
        self.textReader = textReader
    }

    package func suggestions(
        for photo: VisionInput, asking question: VisionQuestion
    ) async throws -> VisionReply {
        reply(await analysis(of: photo).suggestionsJSON)
    }

    package func caption(
        for photo: VisionInput, asking question: VisionQuestion
    ) async throws -> VisionReply {
        reply(await analysis(of: photo).captionJSON)
    }

    package func embedding(
        of text: String, about photo: VisionInput, model: String
    ) async throws -> [Float] {
        await analysis(of: photo).embedding(of: text)
    }

    /// The analysis of `photo`, made once and shared by all calls about it.
    package func analysis(of photo: VisionInput) async -> SceneAnalysis {
        let key = RecentAnalyses.Key(photo)
        let task = recent.withLock { recent in
            recent.task(for: key) { Task { await self.analyse(photo) } }
        }
        return await task.value
    }

    private func analyse(_ photo: VisionInput) async -> SceneAnalysis {
        let pixels = await measured(photo)
        let words = pixels.mayHoldText ? await textReader.words(in: photo) : []
        return SceneAnalysis(pixels, capture: photo.capture, words: words)
    }

    /// Measures on a thread of its own: the cooperative pool has too few to lend one for long.
    private func measured(_ photo: VisionInput) async -> SceneAnalysis.Pixels {
        let (raster, width, height) = (photo.raster, photo.width, photo.height)
        return await withCheckedContinuation { continuation in
            queue.async {
                continuation.resume(
                    returning: SceneAnalysis.Pixels(raster, width: width, height: height))
            }
        }
    }

    private func reply(_ content: String) -> VisionReply {
        VisionReply(content: content, usage: .zero, raw: content)
    }
}

/// The analyses of the last few photos, running or done.
private struct RecentAnalyses: Sendable {
    /// Tells photos apart without keeping their pixels.
    struct Key: Equatable, Sendable {
        private let width: Int
        private let height: Int
        private let capture: CaptureFacts
        private let digest: Int

        init(_ photo: VisionInput) {
            width = photo.width
            height = photo.height
            capture = photo.capture
            // Keyed by the process, so nobody can make two pictures that share an analysis; no
            // answer depends on its value.
            var hasher = Hasher()
            hasher.combine(photo.raster.width)
            unsafe photo.raster.rgb.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
            unsafe photo.bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
            digest = hasher.finalize()
        }
    }

    private static let capacity = 32
    private var entries: [(key: Key, task: Task<SceneAnalysis, Never>)] = []

    mutating func task(
        for key: Key, orStart start: () -> Task<SceneAnalysis, Never>
    ) -> Task<SceneAnalysis, Never> {
        if let entry = entries.first(where: { $0.key == key }) { return entry.task }
        let task = start()
        entries.append((key, task))
        if entries.count > RecentAnalyses.capacity { entries.removeFirst() }
        return task
    }
}
