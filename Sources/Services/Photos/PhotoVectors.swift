import Domain
import Telemetry
import Vectors

/// The two spaces in which photos are compared.
package final class PhotoVectors: Sendable {
    package let caption: VectorSpace
    package let suggestions: VectorSpace
    /// Vectors that records named and the files could not deliver when they were opened.
    package let lost: Int

    package init(caption: VectorSpace, suggestions: VectorSpace, lost: Int = 0) {
        self.lost = lost
        self.caption = caption
        self.suggestions = suggestions
    }

    /// Stores the vectors there are, both at the same time; on failure none is left.
    func insert(
        owner: Int64, caption captionVector: [Float]?, suggestions suggestionsVector: [Float]?,
        model: String
    ) async throws -> (caption: VectorSlot?, suggestions: VectorSlot?) {
        async let first = insert(captionVector, owner, model, into: caption)
        async let second = insert(suggestionsVector, owner, model, into: suggestions)
        let results = (await first, await second)
        do {
            return (try results.0.get(), try results.1.get())
        } catch {
            if let slot = try? results.0.get() { caption.remove(slot) }
            if let slot = try? results.1.get() { suggestions.remove(slot) }
            throw error
        }
    }

    private func insert(
        _ vector: [Float]?, _ owner: Int64, _ model: String, into space: VectorSpace
    ) async -> Result<VectorSlot?, VectorError> {
        guard let vector else { return .success(nil) }
        do throws(VectorError) {
            return .success(
                try await space.insert(
                    owner: UInt64(owner), vector: vector, model: Self.tag(of: model)))
        } catch {
            return .failure(error)
        }
    }

    /// Forgets the vectors of a record that is gone.
    func remove(_ photo: PhotoAnalysis) {
        if let slot = photo.captionEmbedding?.slot { caption.remove(Self.slot(slot)) }
        if let slot = photo.suggestionsEmbedding?.slot { suggestions.remove(Self.slot(slot)) }
    }

    /// The stored vector of a record's suggestions.
    func suggestionsVector(of photo: PhotoAnalysis) -> [Float]? {
        guard let slot = photo.suggestionsEmbedding?.slot else { return nil }
        return suggestions.vector(
            of: NamedSlot(slot: Self.slot(slot), owner: UInt64(photo.id)))
    }

    func captionVector(of photo: PhotoAnalysis) -> [Float]? {
        guard let slot = photo.captionEmbedding?.slot else { return nil }
        return caption.vector(of: NamedSlot(slot: Self.slot(slot), owner: UInt64(photo.id)))
    }

    /// A model's mark in the vector file: FNV-1a of its name. The record names the model in full.
    static func tag(of model: String) -> UInt32 {
        model.utf8.reduce(0x811c_9dc5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    }

    private static func slot(_ number: Int64) -> VectorSlot {
        VectorSlot(UInt32(truncatingIfNeeded: number))
    }
}
