/// The owners a search may return: a bitmap over row ids, a hash set where ids are far apart.
package struct OwnerFilter: Sendable {
    private enum Storage {
        case bitmap([UInt64])
        case set(Set<UInt64>)
    }

    private let storage: Storage
    /// How many owners are allowed.
    package let count: Int

    package init(_ owners: some Collection<UInt64>) {
        let largest = owners.max() ?? 0
        // A bitmap is the smaller of the two up to about 128 possible ids for each allowed one.
        if largest < 1 << 20 || largest / 128 < UInt64(owners.count) {
            var words = [UInt64](repeating: 0, count: Int(largest / 64) + 1)
            for owner in owners { words[Int(owner / 64)] |= 1 << (owner % 64) }
            storage = .bitmap(words)
            count = words.reduce(0) { $0 + $1.nonzeroBitCount }
        } else {
            let set = Set(owners)
            storage = .set(set)
            count = set.count
        }
    }

    package func contains(_ owner: UInt64) -> Bool {
        switch storage {
        case .bitmap(let words):
            let word = owner / 64
            return word < UInt64(words.count) && words[Int(word)] >> (owner % 64) & 1 == 1
        case .set(let set):
            return set.contains(owner)
        }
    }
}
