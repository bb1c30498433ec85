import HTTP
import Testing

@Suite struct JSONTests {
    @Test func `members keep their order and values their type`() {
        let bytes = JSONWriter.object { json in
            json.field("z", "é\"\\\n\u{1}/")
            json.field("a", 42)
            json.field("big", UInt64.max)
            json.field("low", Int64.min)
            json.field("d", 0.1)
            json.field("whole", 3.0)
            json.field("nan", Double.nan)
            json.field("missing", String?.none)
            json.field("none", Int?.none)
            json.field("flag", true)
            json.array("list") { for n in 1...3 { $0.value(n) } }
            json.object("empty") { _ in }
            json.raw("raw", Array("[1]".utf8))
        }
        #expect(
            String(decoding: bytes, as: UTF8.self) == #"""
                {"z":"é\"\\\n\u0001/","a":42,"big":18446744073709551615,"low":-9223372036854775808,"d":0.1,"whole":3,"nan":null,"missing":null,"none":null,"flag":true,"list":[1,2,3],"empty":{},"raw":[1]}
                """#)
    }

    @Test(arguments: [0.1, 1e300, -5e-300, 1.0 / 3, 123456789012345680.0, 1e16, -0.0])
    func `a double reads back as itself`(number: Double) throws {
        let bytes = JSONWriter.array { $0.value(number) }
        #expect(try JSONValue(parsing: bytes)[0]?.double == number)
    }

    @Test func `a document is read with its escapes`() throws {
        let text =
            #" {"a":[1,-2.5e3,true,false,null,"\u00e9\ud83d\ude00\/\n"],"b":{"c":"d"},"a":9} "#
        let value = try JSONValue(parsing: text)
        #expect(value["a"]?.int == 9)
        #expect(value["b"]?["c"]?.string == "d")
        #expect(value["nothing"] == nil)
        let list = try JSONValue(parsing: #"[1,-2.5e3,true,null,"\u00e9\ud83d\ude00\/\n"]"#)
        #expect(list[1]?.double == -2500)
        #expect(list[1]?.int == nil)
        #expect(list[4]?.string == "é😀/\n")
        #expect(String(decoding: list.encoded, as: UTF8.self) == #"[1,-2.5e3,true,null,"é😀/\n"]"#)
    }

    @Test(arguments: [
        "", " ", "{", "}", "[", "[1,]", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "01", "1.", ".5", "+1",
        "1e", "-", "tru", "nulll", "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"", "\"a\nb\"", "1 2", "[1 2]", "'a'", "NaN", "Infinity", "//x\n1", "\u{feff}1",
        "{\"a\":1 \"b\":2}",
    ])
    func `what is not JSON is refused`(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        #expect(throws: JSONError.notUTF8) { try JSONValue(parsing: [0x22, 0xC0, 0x80, 0x22]) }
        #expect(throws: JSONError.notUTF8) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
    }

    @Test func `depth is limited at 64`() throws {
        let nest = { (depth: Int) in
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSONValue(parsing: nest(64))
        #expect(throws: JSONError.tooDeep(limit: 64)) { try JSONValue(parsing: nest(65)) }
        #expect(throws: JSONError.tooDeep(limit: 64)) { try JSONValue(parsing: nest(500_000)) }
    }

    @Test func `many members, equal or not, take linear time`() throws {
        let members = (0..<50_000).map { "\"k\($0 % 40_000)\":\($0)" }.joined(separator: ",")
        let value = try JSONValue(parsing: "{\(members)}")
        #expect(value.object?.count == 40_000)
        #expect(value["k7"]?.int == 40_007)
    }
}
