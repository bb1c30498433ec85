import App
import Domain
import Foundation
import Testing

struct ConfigurationTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func load(
        flags: [String: String] = [:], environment: [String: String] = [:], file: String? = nil
    ) throws -> Configuration {
        var flags = flags
        if let file { flags["--config"] = try folder.write(file, to: "tintype.conf") }
        return try Configuration.load(
            flags: flags, environment: environment, defaultPath: folder.path + "/none.conf")
    }

    @Test func `without anything all is default`() throws {
        let configuration = try load()
        #expect(configuration.listenAddresses == [.tcp(host: "127.0.0.1", port: 8080)])
        #expect(configuration.startup[.dataDirectory] == "./tintype-data")
        #expect(configuration.source(of: "TINTYPE_LISTEN") == .builtIn)
        #expect(!configuration.startup.isSet(.openAIBaseURL))
        #expect(configuration.pinned == SettingSet() && configuration.warnings.isEmpty)
    }

    @Test func `flag goes before environment, environment before file, file before default`() throws
    {
        let file = "TINTYPE_LISTEN = 1.1.1.1:1\nTINTYPE_DATA_DIR = /file\nTINTYPE_OCR = no\n"
        let configuration = try load(
            flags: ["--listen": "3.3.3.3:3"],
            environment: ["TINTYPE_LISTEN": "2.2.2.2:2", "TINTYPE_DATA_DIR": "/environment"],
            file: file)
        #expect(configuration.startup[.listen] == ["3.3.3.3:3"])
        #expect(configuration.startup[.dataDirectory] == "/environment")
        #expect(!configuration.startup[.ocr])
        #expect(configuration.source(of: "TINTYPE_LISTEN") == .flag("--listen"))
        #expect(configuration.source(of: "TINTYPE_DATA_DIR") == .environment)
        #expect(
            configuration.source(of: "TINTYPE_OCR")
                == .file(folder.path + "/tintype.conf", line: 3))
    }

    @Test func `live settings of environment and file are pinned`() throws {
        let configuration = try load(
            environment: ["PHOTO_ANALYSIS_TEMPERATURE": "0"],
            file: "PHOTO_ANALYSIS_PROMPT = \"two\\nlines\"")
        let live = LiveSettings(configuration.pinned)
        #expect(live[.suggestionsTemperature] == 0 && live[.suggestionsPrompt] == "two\nlines")
        #expect(configuration.pinned.contains("PHOTO_ANALYSIS_TEMPERATURE"))
        #expect(!configuration.pinned.contains("PHOTO_ANALYSIS_PROVIDER"))
    }

    @Test func `an empty variable counts as not set`() throws {
        let configuration = try load(environment: ["OPENAI_API_KEY": "", "TINTYPE_LISTEN": ""])
        #expect(!configuration.startup.isSet(.openAIKey))
    }

    @Test func `secrets come from files and credentials and are never shown`() throws {
        let file = try folder.write("sk-file\n", to: "key")
        try folder.write("aws-credential", to: "AWS_ACCESS_KEY_ID")
        let configuration = try load(environment: [
            "OPENAI_API_KEY_FILE": file, "CREDENTIALS_DIRECTORY": folder.path,
            "AWS_SECRET_ACCESS_KEY": "aws-environment",
        ])
        #expect(configuration.startup[.openAIKey] == "sk-file")
        #expect(configuration.startup[.awsAccessKeyID] == "aws-credential")
        #expect(configuration.startup[.awsSecretAccessKey] == "aws-environment")
        #expect(configuration.source(of: "OPENAI_API_KEY") == .secretFile(file))
        for setting in Setting.all where setting.isSecret {
            #expect(["", "(secret)"].contains(configuration.shown(setting)))
        }
    }

    @Test(arguments: [
        ("TINTYPE_LISTEN 1", "tintype.conf:1: Expected KEY = value."),
        (
            "\n# x\nTINTYPE_LISTN = 1",
            "tintype.conf:3: TINTYPE_LISTN is not a setting; did you mean TINTYPE_LISTEN?"
        ),
        ("QQQ = 1", "tintype.conf:1: QQQ is not a setting."),
        (
            "TINTYPE_OCR=on\nTINTYPE_OCR=off",
            "tintype.conf:2: TINTYPE_OCR was already set in line 1."
        ),
        (
            "TINTYPE_PUBLIC_URL = \"http://x",
            "tintype.conf:1: The value of TINTYPE_PUBLIC_URL has quotes"
        ),
        (
            "TINTYPE_PUBLIC_URL = \"\\q\"",
            "tintype.conf:1: The value of TINTYPE_PUBLIC_URL has quotes"
        ),
        ("TINTYPE_OCR = perhaps", "tintype.conf:1: TINTYPE_OCR must be true or false"),
    ])
    func `a bad line of the file is named`(text: String, words: String) throws {
        let failure = try #require(throws: CommandFailure.self) { try load(file: text) }
        #expect(failure.exitCode == .configuration)
        #expect(failure.message.contains(words))
    }

    @Test func `bad values elsewhere say where they come from, without secrets`() throws {
        let cases: [([String: String], [String: String], String)] = [
            (["--listen": "x"], [:], "option --listen: TINTYPE_LISTEN must be"),
            ([:], ["TINTYPE_LISTEN": "x"], "environment: TINTYPE_LISTEN must be"),
            ([:], ["JWT_SECRET": "shh"], "environment: JWT_SECRET must be a secret of at least 32"),
            ([:], ["TINTYPE_CONFIG": "/nowhere/x"], "Cannot read /nowhere/x: No such file"),
            (["--config": "/dev/zero"], [:], "/dev/zero is not a file."),
            ([:], ["OPENAI_API_KEY_FILE": "/nowhere/x"], "OPENAI_API_KEY: Cannot read /nowhere/x"),
            (
                [:], ["OPENAI_API_KEY_FILE": "/x", "OPENAI_API_KEY": "sk"],
                "OPENAI_API_KEY and OPENAI_API_KEY_FILE are both set"
            ),
        ]
        for (flags, environment, words) in cases {
            let failure = try #require(throws: CommandFailure.self) {
                try load(flags: flags, environment: environment)
            }
            #expect(failure.exitCode == .configuration)
            #expect(failure.message.contains(words) && !failure.message.contains("shh"))
        }
    }

    @Test func `slips in variables and secrets that all can read are warned of`() throws {
        let path = try folder.write("OPENAI_API_KEY = sk\n", to: "open.conf", mode: 0o644)
        let configuration = try load(
            flags: ["--config": path],
            environment: ["TINTYPE_LISTN": "1", "PHOTO_ANALYSIS_X": "1", "HOME": "/"])
        #expect(
            configuration.warnings == [
                "\(path) holds OPENAI_API_KEY and everybody can read it; OPENAI_API_KEY_FILE or a credential keeps it secret.",
                "The environment variable PHOTO_ANALYSIS_X is not a setting.",
                "The environment variable TINTYPE_LISTN is not a setting; did you mean TINTYPE_LISTEN?",
            ])
    }

    @Test(arguments: [
        ("A", "A"), ("a b", "a b"), ("a # b", "a"), ("a#b", "a#b"), ("'a # b' # c", "a # b"),
        ("\" a\\tb\\\"\\\\ \"", " a\tb\"\\ "), ("", ""), ("# all", ""), ("\"\"", ""),
    ])
    func `values are read with and without quotes`(written: String, value: String) throws {
        let line = try ConfigurationFile("PHOTO_ANALYSIS_PROMPT=" + written).lines
        #expect(line.map(\.value) == [value])
    }

    @Test(arguments: ["", "plain", " blank ", "a#b", "\"q\"", "it's", "two\nlines\\n", "tab\t"])
    func `a quoted value reads back as it was`(value: String) throws {
        let text = "PHOTO_ANALYSIS_PROMPT = " + ConfigurationFile.quoted(value)
        #expect(try ConfigurationFile(text).lines.map(\.value) == [value])
    }

    @Test func `the sample file is made from the table and every line of it is valid`() throws {
        let path = packageRoot + "/config/tintype.conf.sample"
        let sample = SettingsReference.sampleFile()
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            try Data(sample.utf8).write(to: URL(fileURLWithPath: path))
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == sample)
        #expect(try ConfigurationFile(sample).lines.isEmpty)

        let active = sample.split(separator: "\n").map {
            $0.hasPrefix("#") && !$0.hasPrefix("# ") ? $0.dropFirst() : $0
        }.joined(separator: "\n")
        #expect(try ConfigurationFile(active).lines.map(\.name) == Setting.all.map(\.name))
        let configuration = try load(file: active)
        for setting in Setting.all {
            #expect(configuration.shown(setting) == setting.render(setting.defaultValue))
        }
    }

    @Test func `the documentation names every setting and no default of a prompt`() {
        let text = SettingsReference.documentation()
        for setting in Setting.all { #expect(text.contains("| `\(setting.name)` |")) }
        #expect(text.split(separator: "\n").allSatisfy { !$0.hasPrefix("|") || $0.hasSuffix("|") })
    }
}
