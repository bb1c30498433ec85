import Domain
import Testing

/// Stands in for SHA-256: the same bytes, the same digest.
private func digest(_ bytes: [UInt8]) -> [UInt8] {
    [0xDE, 0xAD, 0xBE, UInt8(truncatingIfNeeded: bytes.count), 0x77]
}

private func repair(_ content: String, holding held: [Suggestion] = []) -> [Suggestion] {
    SuggestionList.repair(content: content, holding: held, sha256: digest)
}

@Suite struct SuggestionRepairTests {
    static let one = #"{"suggestions":[{"name":"Tea","key":"tea","description":"On tea"}]}"#
    static let tea = Suggestion(name: "Tea", key: "tea", description: "On tea")

    @Test(arguments: [
        one,
        "```json\n\(one)\n```",
        "```\n\(one)```",
        "Here are [10] rooms {as asked}:\n\(one)\nEnjoy!",
        #"[{"name":"Tea","key":"tea","description":"On tea"}]"#,
        #"```json\#n[{"name":"Tea","key":"tea","description":"On tea"}]\#n```"#,
        #"{"result":{"suggestions":[{"name":"Tea","key":"tea","description":"On tea"}]}}"#,
        #"{"suggestions":[{"name":" Tea\n","key":"Tea!","description":" On tea "},]}"#,
        "\u{FEFF}" + one,
        #"{"notes":"\"]}{[","suggestions":[{"name":"T\u0065a","key":"tea","description":"On tea"}]}"#,
    ])
    func `an answer is read through fences, prose and small faults`(content: String) {
        #expect(repair(content) == [Self.tea])
    }

    @Test(arguments: [
        "", "Sorry, I cannot help with that.", "{", "[", #"{"suggestions":[{"name":"Tea""#, "[]",
        #"{"suggestions":{}}"#, #"{"suggestions":null}"#, "[1,2,3]", "null", #""Tea""#,
    ])
    func `an unreadable answer adds nothing`(content: String) {
        #expect(repair(content) == [])
        #expect(repair(content, holding: [Self.tea]) == [Self.tea])
    }

    @Test func `bottomless nesting adds nothing and takes no time`() {
        #expect(repair(String(repeating: "[", count: 100_000)) == [])
        #expect(repair(String(repeating: "{\"a\":", count: 50_000)) == [])
        #expect(repair("[\"" + String(repeating: "[\"", count: 100_000)) == [])
    }

    @Test(arguments: [
        #""#, #","#, #", "#, #",{"#, #",{"name":"Ra"#, #",{"name":"Rain""#,
        #",{"name":"Rain","key""#,
        #",{"name":"Rain","key":"rain","description":"On"#, #"]"#, #"],"more":tr"#,
    ])
    func `of an answer that breaks off the whole items are kept`(end: String) {
        let start = #"```json\#n{"suggestions":[{"name":"Tea","key":"tea","description":"On tea"}"#
        #expect(repair(start + end) == [Self.tea])
    }

    @Test func `broken items among good ones are dropped`() {
        let content = #"""
            {"suggestions":[
              null, 7, "Tea", [], {}, {"key":"no-name"}, {"name":5}, {"name":"  "}, {"name":null},
              {"name":"Tea","key":"tea","description":"On tea"},
              {"name":"Other tea","key":"TEA","description":"Same key"},
              {"name":"Rain","key":9,"description":{"text":"none"}}
            ]}
            """#
        #expect(
            repair(content) == [
                Self.tea, Suggestion(name: "Rain", key: "rain", description: "Chat about rain"),
            ])
    }

    @Test func `the first ten stay`() {
        let items = (1...15).map { #"{"name":"Room \#($0)"}"# }.joined(separator: ",")
        #expect(repair("[\(items)]").map(\.key) == (1...10).map { "room-\($0)" })
    }

    @Test func `what is held stays in front and its keys are taken`() {
        let content = #"[{"name":"TEA"},{"name":"Milk"}]"#
        #expect(repair(content, holding: [Self.tea]).map(\.name) == ["Tea", "Milk"])
        let full = (1...10).map { Suggestion(name: "\($0)", key: "\($0)", description: "") }
        #expect(repair(content, holding: full) == full)
    }

    @Test func `lengths are cut by code points`() throws {
        let name = String(repeating: "é", count: 150)
        let text = String(repeating: "x", count: 900)
        let suggestion = try #require(
            repair(#"[{"name":"\#(name)","description":"\#(text)"}]"#).first)
        #expect(suggestion.name == String(repeating: "é", count: 100))
        #expect(suggestion.key == String(repeating: "e", count: 100))
        #expect(suggestion.description == String(repeating: "x", count: 500))
    }

    @Test(arguments: [
        ("X Y", "x-y"), ("../a b", "a-b"), ("Café", "cafe"), ("Cafe\u{301}", "cafe"),
        ("--Tea--Time--", "tea-time"), ("SMØRREBRØD", "smorrebrod"), ("Straße", "strasse"),
        ("Æther & Œuvre", "aether-oeuvre"), ("Łódź", "lodz"), ("Nguyễn", "nguyen"),
        ("İzmir", "izmir"),
        ("tea_time/2026", "tea-time-2026"), ("☕ Coffee ☕", "coffee"), ("a\u{0}b", "a-b"),
        (String(repeating: "ab ", count: 60), String(repeating: "ab-", count: 33) + "a"),
        (String(repeating: "a", count: 99) + " bc", String(repeating: "a", count: 99)),
    ])
    func `a key becomes a slug`(key: String, expected: String) {
        #expect(RoomKey.slug(key) == expected)
        #expect(repair(#"[{"name":"N","key":"\#(key.filter { $0 != "\0" })"}]"#).count == 1)
    }

    @Test func `a name without a letter for a key is named by its digest`() {
        #expect(repair(#"[{"name":"咖啡","key":"茶"}]"#).map(\.key) == ["room-deadbe06"])
        #expect(repair(#"[{"name":"Tea","key":"茶"}]"#).map(\.key) == ["tea"])
    }

    @Test func `surrogates are joined and half ones replaced`() {
        #expect(repair(#"[{"name":"a \uD83D\uDE00"}]"#).map(\.name) == ["a 😀"])
        #expect(repair(#"[{"name":"a \uD83Db"}]"#).map(\.name) == ["a \u{FFFD}b"])
        #expect(repair(#"[{"name":"a \uD83D\u0041"}]"#).map(\.name) == ["a \u{FFFD}A"])
    }

    @Test func `the second question names what is held and asks for the rest`() {
        let prompt = SuggestionList.topUpPrompt(after: "Name rooms.", holding: [Self.tea])
        #expect(prompt.hasPrefix("Name rooms.\n"))
        #expect(prompt.contains("\"Tea\""))
        #expect(prompt.contains("exactly 9 more room titles"))
        let nothing = SuggestionList.topUpPrompt(after: "Name rooms.", holding: [])
        #expect(nothing.contains("exactly 10 room titles"))
    }
}

@Suite struct SuggestionCaptionTests {
    @Test func `a caption is trimmed, cut and read through fences`() {
        let long = String(repeating: "ö", count: 3000)
        let content = """
            ```json
            {"title":" \(long)","category":"\(long)","visible_text":"\(long)","caption":"\(long) "}
            ```
            """
        let expected = CaptionText(
            title: String(long.prefix(255)), category: String(long.prefix(100)),
            visibleText: String(long.prefix(2000)), caption: String(long.prefix(2000)))
        #expect(CaptionReply.repair(content: content) == expected)
    }

    @Test func `a caption is kept when a later text breaks off`() {
        let content = #"{"title":"Cup","caption":"A cup.","visible_text":"COFFEE T"#
        let expected = CaptionText(title: "Cup", category: "", visibleText: "", caption: "A cup.")
        #expect(CaptionReply.repair(content: content) == expected)
    }

    @Test func `null and other types are empty strings`() {
        let content = #"{"title":null,"category":4,"visible_text":[],"caption":"A cup."}"#
        let expected = CaptionText(title: "", category: "", visibleText: "", caption: "A cup.")
        #expect(CaptionReply.repair(content: content) == expected)
    }

    @Test(arguments: [
        "", "A cup.", "{}", #"{"title":"Cup"}"#, #"{"caption":null}"#, #"{"caption":"  "}"#,
        #"{"caption":["A cup."]}"#, #"{"caption":"A cup."#,
    ])
    func `without a caption there is none`(content: String) {
        #expect(CaptionReply.repair(content: content) == nil)
    }
}

@Suite struct SuggestionEmbeddingTextTests {
    static let caption = CaptionText(
        title: "Coffee Mug", category: "", visibleText: "COFFEE TIME...", caption: "A mug. Steam.")

    @Test func `parts are joined as sentences without doubled periods`() {
        #expect(EmbeddingText.caption(Self.caption) == "Coffee Mug. COFFEE TIME. A mug. Steam")
    }

    @Test func `suggestions follow the caption, or stand alone`() {
        let rooms = [
            Suggestion(name: "Tea", key: "tea", description: "On tea."),
            Suggestion(name: "Rain", key: "rain", description: "."),
        ]
        #expect(EmbeddingText.suggestions(rooms, caption: nil) == "Tea. On tea. Rain")
        #expect(
            EmbeddingText.suggestions(rooms, caption: Self.caption)
                == "Coffee Mug. COFFEE TIME. A mug. Steam. Tea. On tea. Rain")
    }
}
