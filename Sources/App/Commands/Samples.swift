import CSamples

/// A sample picture that the executable carries.
struct Sample: Sendable {
    let name: String
    let bytes: [UInt8]

    /// All of them, by name.
    static var all: [Sample] {
        let table = unsafe UnsafeBufferPointer(start: tt_first_sample(), count: tt_samples_count)
        return unsafe table.map { sample in
            unsafe Sample(
                name: String(cString: sample.name),
                bytes: Array(UnsafeBufferPointer(start: sample.bytes, count: sample.count)))
        }
    }

    /// The sample of that name, with or without its ending.
    static func named(_ name: String) -> Sample? {
        all.first { $0.name == name || $0.name == name + ".jpg" }
    }
}
