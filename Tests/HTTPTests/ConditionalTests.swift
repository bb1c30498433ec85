import HTTP
import Testing

@Suite struct ConditionalTests {
    private static func part(_ offset: Int, _ length: Int) -> Selection {
        .part(ByteRange(offset: offset, length: length, total: 100))
    }

    @Test(arguments: [
        ("bytes=0-9", part(0, 10)), ("bytes=90-", part(90, 10)), ("bytes=-10", part(90, 10)),
        ("bytes=-500", part(0, 100)), ("bytes=50-500", part(50, 50)), ("Bytes=0-0", part(0, 1)),
        ("bytes=99-99", part(99, 1)),
        ("bytes=100-", .unsatisfiable), ("bytes=-0", .unsatisfiable),
        ("bytes=0-1,5-6", .whole), ("bytes=9-5", .whole), ("bytes=", .whole), ("bytes=-", .whole),
        ("bytes=a-b", .whole), ("items=0-1", .whole), ("bytes 0-1", .whole),
        ("bytes=99999999999999999999-", .whole), ("bytes=+1-2", .whole),
    ])
    func `a range is read as the standard says`(field: String, expected: Selection) {
        #expect(Selection.resolve(field, size: 100) == expected)
    }

    @Test func `an empty content satisfies no range`() {
        #expect(Selection.resolve("bytes=0-", size: 0) == .unsatisfiable)
        #expect(Selection.resolve("bytes=-5", size: 0) == .unsatisfiable)
    }

    private static let date = "Fri, 20 Nov 2026 10:00:00 GMT"

    private static let conditions: [(Fields, Selection)] = [
        ([Fields.Name.ifMatch: "\"b\", \"a\""], .whole), ([Fields.Name.ifMatch: "*"], .whole),
        ([Fields.Name.ifMatch: "\"b\""], .failed), ([Fields.Name.ifMatch: "W/\"a\""], .failed),
        ([Fields.Name.ifMatch: "\"a\"", Fields.Name.ifNoneMatch: "\"a\""], .notModified),
        ([Fields.Name.ifMatch: "\"a\"", Fields.Name.range: "bytes=0-9"], part(0, 10)),
        ([Fields.Name.ifUnmodifiedSince: date], .whole),
        ([Fields.Name.ifUnmodifiedSince: "Fri, 20 Nov 2026 09:59:59 GMT"], .failed),
        ([Fields.Name.ifUnmodifiedSince: "yesterday"], .whole),
        ([Fields.Name.ifNoneMatch: "\"a\""], .notModified),
        ([Fields.Name.ifNoneMatch: "W/\"a\""], .notModified),
        ([Fields.Name.ifNoneMatch: "\"x,y\", \"a\""], .notModified),
        ([Fields.Name.ifNoneMatch: "*"], .notModified),
        ([Fields.Name.ifNoneMatch: "\"b\""], .whole),
        ([Fields.Name.ifNoneMatch: "\"b\"", .ifModifiedSince: date], .whole),
        ([Fields.Name.ifModifiedSince: date], .notModified),
        ([Fields.Name.range: "bytes=0-9"], part(0, 10)),
        ([Fields.Name.range: "bytes=0-9", .ifRange: "\"a\""], part(0, 10)),
        ([Fields.Name.range: "bytes=0-9", .ifRange: "W/\"a\""], .whole),
        ([Fields.Name.range: "bytes=0-9", .ifRange: "\"b\""], .whole),
        ([Fields.Name.range: "bytes=0-9", .ifRange: date], part(0, 10)),
        ([Fields.Name.range: "bytes=0-9", .ifNoneMatch: "\"a\""], .notModified),
        ([Fields.Name.range: "bytes=200-"], .unsatisfiable),
    ]

    @Test(arguments: conditions)
    func `conditions come before ranges`(fields: Fields, expected: Selection) throws {
        let request = try Request(.get, "/", fields: fields)
        let modified = try #require(Timestamp.parse(imfFixdate: ConditionalTests.date))
        let selection = Selection(
            of: request, tag: EntityTag("a"), modified: modified + 500, size: 100)
        #expect(selection == expected)
    }
}
