import App
import Domain
import Foundation
import Synchronization
import Testing

struct CommandLineTests {
    @Test(arguments: Verb.allCases)
    func `every verb has a row, help and completion`(verb: Verb) {
        let rows = Command.all.filter { $0.verb == verb }
        #expect(rows.count == 1 && rows.first?.summary.isEmpty == false)
        #expect(rows.first?.summary.hasSuffix(".") == false)
        let help = CommandHelp.text(about: [verb], columns: 80)
        #expect(help.hasPrefix("Usage: tintype \(verb.rawValue)"))
        #expect(help.contains("--json") && help.contains("--help") && help.contains("Exit codes:"))
        let lines: [Substring] = help.split(separator: "\n")
        #expect(lines.dropFirst().allSatisfy { $0.count <= 80 })
        if verb != .completion {
            #expect(BashCompletion.script().contains("\"\(verb.rawValue)\") words="))
            #expect(CommandHelp.text(about: []).contains("  \(verb.rawValue) "))
        }
    }

    @Test(arguments: [
        (["users", "create", "a@b.c", "--role", "admin", "--password-stdin"], Verb.usersCreate),
        (["cleanup_expired_photos", "--dry-run", "--batch-size=7"], .cleanupExpiredPhotos),
        (["TEST_PHOTO_UPLOAD", "--no-cache", "x.jpg", "--fingerprint", "fp"], .testPhotoUpload),
        (["--data-dir", "/d", "tokens", "list", "--json"], .tokensList),
        (["settings", "set", "KEY", "-1"], .settingsSet),
        (["settings", "set", "--", "KEY", "--x"], .settingsSet),
        (["tokens", "create", "--user", "a@b.c", "--expires", "90d"], .tokensCreate),
        (["serve", "--listen", "1.1.1.1:1", "--listen=unix:/s", "--data-dir=/d"], .serve),
        (["--version"], .version),
    ])
    func `command lines are read`(words: [String], verb: Verb) throws {
        #expect(try parse(words).verb == verb)
    }

    @Test func `arguments and options arrive by name and type`() throws {
        let expired = try parse(["cleanup-expired-photos", "--batch-size", "7", "--json"])
        #expect(expired.integer("--batch-size") == 7 && expired.wantsJSON)
        #expect(!expired.flag("--dry-run"))
        let set = try parse(["settings", "set", "--", "KEY", "--x"])
        #expect(set.argument("KEY") == "KEY" && set.argument("VALUE") == "--x")
        #expect(try parse(["settings", "set", "K", "-1"]).argument("VALUE") == "-1")
        let token = try parse(["tokens", "create", "--user=u", "--expires=90d"])
        #expect(token.duration("--expires") == .seconds(90 * 86_400) && token.text("--user") == "u")
        let serve = try parse(["serve", "--listen", "1.1.1.1:1", "--listen", "unix:/s"])
        #expect(serve.settingFlags["--listen"] == "1.1.1.1:1,unix:/s")
        #expect(try parse(["--data-dir", "/d", "tokens", "list"]).text("--data-dir") == "/d")
    }

    @Test(arguments: [
        ([], "No command was given"),
        (["sevre"], "There is no command \"sevre\"; did you mean serve?"),
        (["cleanup-expird-photos"], "did you mean cleanup-expired-photos?"),
        (["frobnicate-everything"], "tintype --help lists them"),
        (["users"], "users needs one of create, list, passwd."),
        (["users", "drop"], "users has no command drop"),
        (["users", "create"], "EMAIL is missing. Usage: tintype users create EMAIL --role"),
        (["users", "create", "a@b"], "--role admin|supervisor|user is missing."),
        (
            ["users", "create", "a@b", "--role", "king"],
            "--role must be one of admin, supervisor, user"
        ),
        (
            ["users", "create", "a@b", "--rol", "user"],
            "There is no option \"--rol\"; did you mean --role?"
        ),
        (["users", "list", "more"], "\"more\" is one argument too many."),
        (["version", "--json=1"], "--json takes no value."),
        (["tokens", "list", "--data-dir"], "--data-dir needs a value: --data-dir DIR."),
        (
            ["cleanup-expired-photos", "--batch-size", "0"],
            "a whole number from 1 to 1000000, not \"0\""
        ),
        (["cleanup-expired-photos", "--batch-size", "0"], "a whole number from 1"),
        (["tokens", "create", "--user", "u", "--expires", "soon"], "a time such as 90d"),
        (["help", "nonsense-word"], "There is no command"),
    ])
    func `misuse exits with 64 and a hint`(words: [String], message: String) throws {
        let failure = try #require(throws: CommandFailure.self) { try CommandParser.parse(words) }
        #expect(failure.exitCode == .usage)
        #expect(failure.message.contains(message))
    }

    @Test(
        arguments: [
            (["--help"], []), (["-h"], []), (["help"], []), (["help", "users_create"], nil),
            (["users", "create", "--help"], [Verb.usersCreate]),
            (["users", "--help"], [.usersCreate, .usersList, .usersPasswd]),
            (["help", "tokens"], [.tokensCreate, .tokensList, .tokensRevoke]),
            (["help", "users", "create"], [.usersCreate]),
        ] as [([String], [Verb]?)])
    func `help is found by every way to ask for it`(words: [String], topics: [Verb]?) {
        #expect((try? CommandParser.parse(words)) == topics.map { .help($0) })
    }

    @Test func `the program answers help and version and passes other commands on`() async {
        let (code, frames) = await run(["version", "--json"])
        #expect(code == .ok && frames == [.out("{\"version\":\"\(Version.current)\"}")])
        let (usage, errors) = await run(["nonsense"])
        #expect(usage == .usage)
        #expect(
            errors.last
                == .err("tintype: There is no command \"nonsense\"; tintype --help lists them."))
        let (passed, seen) = await run(["tokens", "revoke", "j-1"])
        #expect(
            passed == .dataError
                && seen == [
                    .out("tokens revoke j-1 /data"), .progress(nil), .err("tintype: no job"),
                ])
        let (misconfigured, _) = await run(["health", "--config", "/nowhere"])
        #expect(misconfigured == .configuration)
    }

    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/bin/bash")),
        arguments: [
            ("tintype us", 1, ["users"]),
            ("tintype users ", 2, ["create", "list", "passwd"]),
            ("tintype users create --ro", 3, ["--role"]),
            ("tintype users create --role s", 4, ["supervisor"]),
            ("tintype cleanup_expired_photos --dr", 2, ["--dry-run"]),
            ("tintype serve --log-format j", 3, ["json", "journald"]),
            (
                "tintype settings get PHOTO_SIM", 3,
                [
                    "PHOTO_SIMILARITY_MAX_DISTANCE", "PHOTO_SIMILARITY_MAX_RESULTS",
                    "PHOTO_SIMILARITY_MIN_USERS",
                ]
            ),
        ])
    func `bash completes by the script`(line: String, index: Int, replies: [String]) throws {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
            .map { "'\($0)'" }.joined(separator: " ")
        let script =
            BashCompletion.script() + """

                COMP_WORDS=(\(words)); COMP_CWORD=\(index); _tintype; printf '%s\\n' "${COMPREPLY[@]}"
                """
        let bash = Process()
        let output = Pipe()
        bash.executableURL = URL(fileURLWithPath: "/bin/bash")
        bash.arguments = ["--norc", "-c", script]
        bash.standardOutput = output
        try bash.run()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        bash.waitUntilExit()
        #expect(text.split(separator: "\n").map(String.init) == replies)
    }

    private func parse(_ words: [String]) throws -> ParsedArguments {
        let request = try CommandParser.parse(words)
        guard case .run(let arguments) = request else {
            throw CommandFailure(.software, "help was understood")
        }
        return arguments
    }

    private func run(_ words: [String]) async -> (ExitCode, [CommandFrame]) {
        let sent = Sent()
        let command = TintypeCommand(
            environment: ["TINTYPE_DATA_DIR": "/data"],
            makeOutput: { FrameOutput(OutputTraits(json: $0), send: sent.append) },
            action: { invocation, words, configuration throws(CommandFailure) in
                invocation.output.out(
                    (words + [configuration.startup[.dataDirectory]]).joined(separator: " "))
                throw CommandFailure(.dataError, "no job")
            })
        let code = await command.run(words)
        return (code, sent.frames)
    }
}

/// Keeps what an output sent.
final class Sent: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    func append(_ line: [UInt8]) { bytes.withLock { $0 += line } }

    var frames: [CommandFrame] {
        var reader = CommandFrameReader()
        return (try? reader.read(bytes.withLock { $0 })) ?? []
    }
}
