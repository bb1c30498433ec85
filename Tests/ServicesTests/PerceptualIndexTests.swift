import Services
import Testing

@Suite struct PerceptualIndexTests {
    @Test func `near hashes come closest first, then oldest`() {
        let index = PerceptualIndex()
        index.insert(0b0111, photo: 3)
        index.insert(0b0001, photo: 9)
        index.insert(0b0010, photo: 2)
        index.insert(.max, photo: 1)
        #expect(
            index.matches(near: 0, within: 3) == [
                .init(photo: 2, distance: 1), .init(photo: 9, distance: 1),
                .init(photo: 3, distance: 3),
            ])
    }

    @Test func `after random edits the index finds what a plain list finds`() {
        var random = SystemRandomNumberGenerator()
        let index = PerceptualIndex()
        var list: [Int64: UInt64] = [:]
        for step in 0..<2000 {
            if step % 3 == 2, let victim = list.keys.randomElement(using: &random) {
                index.remove(photo: victim)
                list[victim] = nil
            } else {
                let hash = UInt64.random(in: 0..<4096, using: &random)
                index.insert(hash, photo: Int64(step))
                list[Int64(step)] = hash
            }
        }
        let expected = list.filter { ($0.value ^ 99).nonzeroBitCount <= 3 }
            .map { ($0.value ^ 99, $0.key) }
            .sorted { ($0.0.nonzeroBitCount, $0.1) < ($1.0.nonzeroBitCount, $1.1) }
        #expect(index.matches(near: 99, within: 3).map(\.photo) == expected.map(\.1))
    }
}
