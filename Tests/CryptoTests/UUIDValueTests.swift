import Crypto
import Testing

@Suite struct `A UUID` {
    /// Values of Python's `uuid.uuid5(uuid.NAMESPACE_URL, …)`.
    @Test(arguments: [
        ("https://example.com/a.jpg", "0af39f86-695f-5b4f-8503-15ef9f8ea23c"),
        ("", "1b4db7eb-4057-5ddf-91e0-36dec72071f5"),
        ("http://ä/ö", "15520c46-d081-5709-a38f-de8418fc64b5"),
    ])
    func `of version 5 is always the same for a name`(name: String, expected: String) {
        let id = UUIDValue.named(Array(name.utf8), in: .urlNamespace)
        #expect(id.description == expected)
    }

    @Test func `is read and written as 36 characters`() throws {
        let text = "919108f7-52d1-4320-9bac-f847db4148a8"
        let uuid = try #require(UUIDValue(text))
        #expect(uuid.description == text)
        #expect(UUIDValue(text.uppercased()) == uuid)
        #expect(uuid.bytes.hexadecimal == "919108f752d143209bacf847db4148a8")
        #expect(UUIDValue(bytes: uuid.bytes) == uuid)
    }

    @Test(arguments: [
        "", "919108f752d143209bacf847db4148a8", "919108f7-52d1-4320-9bac-f847db4148a",
        "919108f7-52d1-4320-9bac-f847db4148ag", "919108f7-52d1-4320-9bacf-847db4148a8",
        "{919108f7-52d1-4320-9bac-f847db4148a8}", "919108f7-52d1-4320-9bac-f847db4148é",
    ])
    func `is refused in any other form`(text: String) {
        #expect(UUIDValue(text) == nil)
    }

    @Test func `by chance has version 4 and does not repeat`() {
        let all = (0..<1000).map { _ in UUIDValue.random() }
        #expect(Set(all).count == 1000)
        for uuid in all {
            #expect(uuid.bytes[6] >> 4 == 4 && uuid.bytes[8] >> 6 == 0b10)
        }
    }

    @Test func `by time is that of RFC 9562`() {
        struct Fixed: RandomNumberGenerator {
            var values: [UInt64]
            mutating func next() -> UInt64 { values.removeFirst() }
        }
        // The example of its appendix A.6.
        var source = Fixed(values: [0x0CC3, 0x18C4_DC0C_0C07_398F])
        let uuid = UUIDValue.timeOrdered(milliseconds: 0x017F_22E2_79B0, using: &source)
        #expect(uuid.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    }

    @Test func `by time sorts as the time does`() {
        let times: [Int64] = [0, 1, 1_700_000_000_000, 1_700_000_000_001, (1 << 48) - 1]
        let all = times.map { UUIDValue.timeOrdered(milliseconds: $0) }
        #expect(all == all.sorted())
        #expect(all.map(\.description) == all.map(\.description).sorted())
    }
}
