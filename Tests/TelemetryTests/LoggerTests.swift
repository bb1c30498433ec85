import Glibc
import Synchronization
import Telemetry
import Testing

struct LoggerTests {
    private static let record = LogRecord(
        time: 1_795_180_351_042_999_999, level: .warning, message: "disk \"nearly\"\nfull",
        fields: [
            "request_id": "r-1", "free": 12, "ratio": 0.5, "took": .duration(.microseconds(1250)),
            "ok": false, "path": .text("/a b\u{1B}[31m"), "message": "mine",
        ])

    @Test func `JSON lines keep types and escape controls`() {
        #expect(
            String(decoding: LogFormat.json(Self.record), as: UTF8.self) == """
                {"time":"2026-11-20T13:12:31.042Z","level":"warning","message":"disk \\"nearly\\"\\nfull",\
                "request_id":"r-1","free":12,"ratio":0.5,"took":1.250,"ok":false,\
                "path":"/a b\\u001b[31m","message_":"mine"}

                """)
    }

    @Test func `a line for people is one line and cannot move the cursor`() {
        let line = String(decoding: LogFormat.text(Self.record, colour: false), as: UTF8.self)
        #expect(
            line == """
                13:12:31.042 WARNING disk "nearly"\\nfull request_id=r-1 free=12 ratio=0.5 took=1.250 \
                ok=false path="/a b\\x1b[31m" message=mine

                """)
        let colour = String(decoding: LogFormat.text(Self.record, colour: true), as: UTF8.self)
        #expect(colour.contains("\u{1B}[33mWARNING\u{1B}[0m") && !colour.contains("\u{1B}[31m"))
    }

    @Test func `the journal gets fields in capitals, and several lines with their length`() {
        let datagram = LogFormat.journal(Self.record, identifier: "tintype")
        let text = String(decoding: datagram, as: UTF8.self)
        #expect(text.hasPrefix("MESSAGE\n\u{12}\0\0\0\0\0\0\0disk \"nearly\"\nfull\nPRIORITY=4\n"))
        #expect(text.contains("\nSYSLOG_IDENTIFIER=tintype\nREQUEST_ID=r-1\nFREE=12\n"))
        #expect(text.hasSuffix("\nF_MESSAGE=mine\n"))
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_251_200_000, "2024-03-01T00:00:00.000Z"),
            (4_107_542_399_000, "2100-02-28T23:59:59.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func `moments are RFC 3339 in UTC`(milliseconds: Int64, text: String) {
        #expect(Timestamp.rfc3339(milliseconds * 1_000_000) == text)
    }

    @Test func `lines below the minimum are not even built`() {
        let logger = Logger.silent
        var isBuilt = false
        func message() -> String {
            isBuilt = true
            return ""
        }
        logger.info(message())
        #expect(!isBuilt)
    }

    @Test func `narrower loggers add and replace fields, and times never go back`() throws {
        let pipe = try Pipe()
        let times = Mutex<[Int64]>([2_000_000_000, 1_000_000_000])
        let sink = LogSink(.json(descriptor: pipe.writing)) {
            times.withLock { $0.isEmpty ? 0 : $0.removeFirst() }
        }
        let logger = Logger(sink).with(["a": 1, "b": 2]).with(requestID: "x")
        logger.info("one", ["b": 3])
        logger.error("two")
        logger.debug("never")
        #expect(
            pipe.readAll() == """
                {"time":"1970-01-01T00:00:02.000Z","level":"info","message":"one","a":1,"b":3,"request_id":"x"}
                {"time":"1970-01-01T00:00:02.000Z","level":"error","message":"two","a":1,"b":2,"request_id":"x"}

                """)
    }

    @Test func `lines of many threads stay whole`() async throws {
        let pipe = try Pipe()
        let logger = Logger(LogSink(.text(descriptor: pipe.writing, colour: false)))
        let padding = String(repeating: "x", count: 400)
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    for line in 0..<10 {
                        logger.info("\(padding)", ["n": .integer(task * 10 + line)])
                    }
                }
            }
        }
        let lines = pipe.readAll().split(separator: "\n")
        #expect(lines.count == 80 && lines.allSatisfy { $0.contains(" INFO    xxx") })
        #expect(Set(lines.compactMap { $0.split(separator: "=").last }).count == 80)
    }

    @Test func `lines that can wait leave together and in order`() throws {
        let pipe = try Pipe()
        let sink = LogSink(.json(descriptor: pipe.writing))
        let logger = Logger(sink)
        for number in 1...100 { logger.infoSoon("\(number)", ["x": .text("y")]) }
        #expect(pipe.readAvailable().isEmpty)
        logger.info("101")
        logger.infoSoon("102", [:])
        logger.flush()
        let lines = pipe.readAll().split(separator: "\n")
        #expect(lines.count == 102)
        for (index, line) in lines.enumerated() {
            #expect(line.contains("\"message\":\"\(index + 1)\""))
        }
    }

    @Test func `a reader that stalls costs lines, which are counted`() throws {
        let pipe = try Pipe()
        let sink = LogSink(.json(descriptor: pipe.writing))
        let logger = Logger(sink)
        let big = String(repeating: "y", count: 3000)
        for _ in 0..<25 { logger.info("\(big)") }
        let dropped = sink.dropped
        #expect(dropped > 0)
        _ = pipe.readAvailable()
        logger.info("again")
        #expect(sink.dropped == 0)
        #expect(pipe.readAll().contains("\"message\":\"again\",\"dropped_lines\":\(dropped)}"))
    }

    @Test func `a journal receives datagrams, long values cut`() throws {
        let path = "/tmp/tintype-journal-\(getpid()).sock"
        let server = try DatagramServer(path)
        defer { unlink(path) }
        let socket = try #require(JournalSocket(path: path))
        let logger = Logger(LogSink(.journal(socket, identifier: "t")))
        logger.notice("hello", ["long": .text(String(repeating: "é", count: 100_000))])
        let text = server.receive()
        #expect(text.hasPrefix("MESSAGE=hello\nPRIORITY=5\nSYSLOG_IDENTIFIER=t\nLONG=ééé"))
        #expect(text.utf8.count < LogFormat.journalValueLimit + 100)
        #expect(JournalSocket(path: path + ".none") == nil)
    }
}

/// A pipe of the kernel, so that real writes are tested.
private final class Pipe {
    let reading: Int32
    let writing: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        reading = ends[0]
        writing = ends[1]
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
    }

    func readAvailable() -> String {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(reading, &buffer, buffer.count)
            if count <= 0 { return String(decoding: all, as: UTF8.self) }
            all += buffer.prefix(count)
        }
    }

    func readAll() -> String { readAvailable() }

    deinit {
        close(reading)
        close(writing)
    }
}

/// Stands where the journal stands.
private final class DatagramServer {
    private let descriptor: Int32

    init(_ path: String) throws {
        unlink(path)
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let status = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(status == 0)
    }

    func receive() -> String {
        var buffer = [UInt8](repeating: 0, count: 400_000)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    deinit { close(descriptor) }
}
