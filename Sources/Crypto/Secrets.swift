import CSodium

/// Bytes from the system's generator, fit for keys and tokens.
package func randomBytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        precondition(sodiumIsReady, "libsodium cannot be initialised")
        if let start = buffer.baseAddress { randombytes_buf(start, count) }
        initialized = count
    }
}

/// Opens the system's generator and picks the fastest code for this processor, once.
let sodiumIsReady = sodium_init() >= 0

/// Whether both are the same, in a time that tells nothing but their lengths.
package func constantTimeEquals(_ first: [UInt8], _ second: [UInt8]) -> Bool {
    first.count == second.count && (first.isEmpty || sodium_memcmp(first, second, first.count) == 0)
}

/// Whether both have the same UTF-8, in a time that tells nothing but their lengths.
package func constantTimeEquals(_ first: String, _ second: String) -> Bool {
    constantTimeEquals([UInt8](first.utf8), [UInt8](second.utf8))
}
