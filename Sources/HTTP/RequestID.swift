import Synchronization

/// Makes and checks the ids that tie an answer to its log lines.
package enum RequestID {
    private static let prefix = UInt64.random(in: 0..<(1 << 35))
    private static let counter = Atomic<UInt64>(0)
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// A new id of 15 characters, which is what a String holds without allocating: seven that name this run of
    /// the process and eight that count.
    package static func next() -> String {
        let count = counter.wrappingAdd(1, ordering: .relaxed).oldValue
        return unsafe String(unsafeUninitializedCapacity: 15) { buffer in
            for place in 0..<7 {
                unsafe buffer[place] = alphabet[Int(prefix >> (30 - 5 * UInt64(place)) & 31)]
            }
            for place in 0..<8 {
                unsafe buffer[7 + place] = alphabet[Int(count >> (35 - 5 * UInt64(place)) & 31)]
            }
            return 15
        }
    }

    /// A client's own id is taken over only if it cannot harm a log or a header.
    package static func isAcceptable(_ id: String) -> Bool {
        (1...64).contains(id.utf8.count)
            && id.utf8.allSatisfy {
                ASCII.isAlphanumeric($0) || $0 == 0x2E || $0 == 0x5F || $0 == 0x2D
            }
    }
}
