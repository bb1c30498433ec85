import Synchronization

/// All perceptual hashes in memory, for finding near ones.
///
/// A plain scan: a million hashes are eight megabytes and a few milliseconds, which no tree of buckets beats by enough
/// to be worth its memory and its invariants.
package final class PerceptualIndex: Sendable {
    private let state = Mutex(State())

    private struct State {
        var hashes: [UInt64] = []
        var photos: [Int64] = []
        var places: [Int64: Int] = [:]
    }

    /// A photo whose hash is near.
    package struct Match: Sendable, Equatable {
        package var photo: Int64
        /// Bits that differ, 0…64.
        package var distance: Int

        package init(photo: Int64, distance: Int) {
            self.photo = photo
            self.distance = distance
        }
    }

    package init() {}

    package func insert(_ hash: UInt64, photo: Int64) {
        state.withLock { state in
            guard state.places[photo] == nil else { return }
            state.places[photo] = state.hashes.count
            state.hashes.append(hash)
            state.photos.append(photo)
        }
    }

    package func remove(photo: Int64) {
        state.withLock { state in
            guard let place = state.places.removeValue(forKey: photo) else { return }
            let last = state.hashes.count - 1
            if place != last {
                state.hashes[place] = state.hashes[last]
                state.photos[place] = state.photos[last]
                state.places[state.photos[place]] = place
            }
            state.hashes.removeLast()
            state.photos.removeLast()
        }
    }

    /// Photos within `threshold` bits of `hash`: the closest first, then the oldest.
    package func matches(near hash: UInt64, within threshold: Int) -> [Match] {
        var found = state.withLock { state in
            var found: [Match] = []
            for (place, other) in state.hashes.enumerated() {
                let distance = (other ^ hash).nonzeroBitCount
                if distance <= threshold {
                    found.append(Match(photo: state.photos[place], distance: distance))
                }
            }
            return found
        }
        found.sort { ($0.distance, $0.photo) < ($1.distance, $1.photo) }
        return found
    }
}
