import HTTP
import HTTPServer
import Testing

/// A small generator with a fixed seed (SplitMix64), so that a finding can be found again.
struct FixedRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A copy with one to four bytes changed, inserted, removed or doubled.
    mutating func mutation(of bytes: [UInt8]) -> [UInt8] {
        let telling = Array("\r\n :;,\"%/.?\0=-0fF\u{7f}".utf8)
        var copy = bytes
        for _ in 0..<Int.random(in: 1...4, using: &self) where !copy.isEmpty {
            let index = Int.random(in: 0..<copy.count, using: &self)
            let byte =
                Bool.random(using: &self)
                ? telling.randomElement(using: &self) ?? 0 : UInt8.random(in: 0...255, using: &self)
            switch Int.random(in: 0..<5, using: &self) {
            case 0: copy[index] = byte
            case 1: copy.insert(byte, at: index)
            case 2: copy.remove(at: index)
            case 3: copy.removeSubrange(index..<min(copy.count, index + 9))
            default: copy.insert(contentsOf: copy[index..<min(copy.count, index + 9)], at: index)
            }
        }
        return copy
    }
}

@Suite struct MutationTests {
    @Test func `mutated heads never crash and never depend on their pieces`() {
        var random = FixedRandom(seed: 1)
        let corpus =
            (RequestHeadTests.accepted.map(\.1) + RequestHeadTests.refused.map(\.1))
            .filter { $0.count < 500 }
        for _ in 0..<50_000 {
            let bytes = random.mutation(of: corpus.randomElement(using: &random) ?? [])
            let piece = Int.random(in: 1...30, using: &random)
            let whole = Result { () throws(Refusal) in try readHead(bytes) }
            let pieces = Result { () throws(Refusal) in try readHead(bytes, piece: piece) }
            guard whole != pieces else { continue }
            Issue.record("\(String(decoding: bytes, as: UTF8.self)) by \(piece)")
        }
    }

    @Test func `mutated chunks never crash and never depend on their pieces`() {
        var random = FixedRandom(seed: 2)
        let corpus = [
            "5\r\nhello\r\n0\r\n\r\n", "1;a=\"b\"\r\nx\r\n0\r\nX: y\r\n\r\n",
            "a\r\n0123456789\r\n3\r\nabc\r\n0\r\n\r\n",
        ].map { Array($0.utf8) }
        for _ in 0..<50_000 {
            let bytes = random.mutation(of: corpus.randomElement(using: &random) ?? [])
            let piece = Int.random(in: 1...10, using: &random)
            let whole = Result { () throws(Refusal) in try decodeChunks(bytes, piece: 1 << 20)?.body
            }
            let pieces = Result { () throws(Refusal) in try decodeChunks(bytes, piece: piece)?.body
            }
            guard whole != pieces else { continue }
            Issue.record("\(String(decoding: bytes, as: UTF8.self)) by \(piece)")
        }
    }

    @Test func `mutated forms never crash`() async {
        var random = FixedRandom(seed: 3)
        let form = Array(
            """
            --b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b\r\n\
            Content-Disposition: form-data; name="f"; filename="g.png"\r\nContent-Type: image/png\r\n\
            \r\nPNG\r\n--b--\r\n
            """.utf8)
        for _ in 0..<20_000 {
            let bytes = random.mutation(of: form)
            do {
                var reader = try MultipartReader(boundary: "b", body: Body(bytes))
                while try await reader.nextPart() != nil {
                    _ = try await reader.collect(upTo: 1000)
                }
            } catch {
                continue
            }
        }
    }

    @Test func `mutated JSON never crashes and what is read is written back`() throws {
        var random = FixedRandom(seed: 4)
        let text = Array(
            #"{"a":[1,-2.5e3,true,null,"\u00e9\ud83d\ude00"],"b":{"c":""},"a":0}"#.utf8)
        for _ in 0..<30_000 {
            let bytes = random.mutation(of: text)
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            #expect(try JSONValue(parsing: value.encoded) == value)
        }
    }
}

extension Result where Failure == Refusal {
    init(_ body: () throws(Refusal) -> Success) {
        do {
            self = .success(try body())
        } catch {
            self = .failure(error)
        }
    }
}
