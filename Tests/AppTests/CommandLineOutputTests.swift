import App
import Foundation
import Glibc
import Testing

struct CommandLineOutputTests {
    @Test(arguments: [
        CommandFrame.out("a\nb \"q\" é"), .err(""),
        .progress(CommandProgress("x", done: 1, total: 2)),
        .progress(nil), .exit(75),
    ])
    func `frames are lines of JSON and read back as they were`(frame: CommandFrame) {
        let line = frame.line
        #expect(line.last == 10 && line.dropLast().contains(10) == false)
        #expect(CommandFrame(line: line.dropLast()) == frame)
    }

    @Test func `frames have the form that was agreed`() {
        #expect(String(decoding: CommandFrame.out("…").line, as: UTF8.self) == "{\"out\":\"…\"}\n")
        #expect(String(decoding: CommandFrame.exit(0).line, as: UTF8.self) == "{\"exit\":0}\n")
    }

    @Test func `frames arrive however the socket cuts them`() throws {
        let all: [CommandFrame] = [.out("one"), .err("two"), .exit(0)]
        let bytes = all.flatMap(\.line)
        for size in 1...bytes.count {
            var reader = CommandFrameReader()
            var frames: [CommandFrame] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                frames += try reader.read(Array(bytes[start..<min(start + size, bytes.count)]))
            }
            #expect(frames == all)
        }
    }

    @Test(arguments: ["HTTP/1.1 200\n", "[]\n", "{\"out\":1}\n"])
    func `what is no frame is refused`(text: String) {
        var reader = CommandFrameReader()
        #expect(throws: CommandFailure.self) { try reader.read(Array(text.utf8)) }
    }

    @Test func `the daemon reads what the command line was, and nothing that is not its work`()
        throws
    {
        let sent = Sent()
        let words = ["users", "create", "a@b.c", "--role", "user", "--password-stdin", "--json"]
        let request = ControlRequest(
            arguments: words, directory: "/home", input: [0, 255],
            traits: OutputTraits(json: true, colour: true, columns: 100))
        let received = try #require(ControlRequest(json: request.json))
        #expect(received == request)
        let invocation = try CommandInvocation(received, send: sent.append)
        #expect(invocation.arguments.verb == .usersCreate && invocation.input == [0, 255])
        #expect(invocation.output.traits == request.traits)
        #expect(invocation.controlRequest(words) == request)
        let serve = ControlRequest(
            arguments: ["serve"], directory: "/", input: nil, traits: OutputTraits())
        #expect(throws: CommandFailure.self) { try CommandInvocation(serve, send: sent.append) }
        #expect(ControlRequest(json: Array("{}".utf8)) == nil)
    }

    @Test func `lines go to their descriptors and a bar is drawn on terminals only`() throws {
        let out = Pipe()
        let err = Pipe()
        let output = TerminalOutput(
            standardOutput: out.fileHandleForWriting.fileDescriptor,
            standardError: err.fileHandleForWriting.fileDescriptor)
        output.progress(CommandProgress("x", done: 1, total: 2))
        output.out("data")
        output.err("people")
        #expect(!output.traits.colour)
        try out.fileHandleForWriting.close()
        try err.fileHandleForWriting.close()
        #expect(out.fileHandleForReading.readDataToEndOfFile() == Data("data\n".utf8))
        #expect(err.fileHandleForReading.readDataToEndOfFile() == Data("people\n".utf8))
    }

    @Test func `on a terminal the bar is redrawn in place and lines push it down`() throws {
        let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK)
        try #require(master >= 0)
        var lock: Int32 = 0
        var number: Int32 = 0
        // TIOCSPTLCK and TIOCGPTN of ioctl_tty(2), which Swift's view of the headers lacks.
        try #require(ioctl(master, 0x4004_5431, &lock) == 0)
        try #require(ioctl(master, 0x8004_5430, &number) == 0)
        let terminal = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        defer {
            close(terminal)
            close(master)
        }
        var size = winsize(ws_row: 24, ws_col: 40, ws_xpixel: 0, ws_ypixel: 0)
        try #require(ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0)
        let output = TerminalOutput(standardOutput: terminal, standardError: terminal)
        #expect(output.traits == OutputTraits(colour: true, columns: 40))
        let progress = CommandProgress("Load", done: 1, total: 2)
        let bar = TerminalOutput.bar(progress, width: 39)
        output.progress(progress)
        output.progress(progress)
        output.out("line")
        output.progress(nil)
        let clear = "\r\u{1B}[K"
        let expected = clear + bar + clear + "line\r\n" + bar + clear
        var shown: [UInt8] = []
        var ready = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        while shown.count < expected.utf8.count, poll(&ready, 1, 2000) == 1 {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = read(master, &buffer, buffer.count)
            shown += buffer.prefix(max(0, count))
        }
        #expect(String(decoding: shown, as: UTF8.self) == expected)
    }

    @Test(arguments: [
        (0, 4, "Load [        ] 0/4"), (2, 4, "Load [===>    ] 2/4"), (4, 4, "Load [========] 4/4"),
        (9, 4, "Load [========] 4/4"), (0, 0, "Load [        ] 0/1"),
    ])
    func `a bar shows the share that is done`(done: Int, total: Int, bar: String) {
        let progress = CommandProgress("Load", done: done, total: total)
        #expect(TerminalOutput.bar(progress, width: 19) == bar)
    }

    @Test func `data is JSON or lines, as was asked for`() throws {
        let sent = Sent()
        try FrameOutput(OutputTraits(json: true), send: sent.append).data(["a/b": 1]) { ["never"] }
        try FrameOutput(OutputTraits(), send: sent.append).data(["a": 1]) {
            TextTable(["ID", "NAME"], [["1", "Ann"], ["22", "Bo"]]).lines
        }
        #expect(
            sent.frames == [.out("{\"a/b\":1}"), .out("ID  NAME"), .out("1   Ann"), .out("22  Bo")])
    }
}
