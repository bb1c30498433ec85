import Domain

extension Command {
    /// The table of all commands, in the order in which help shows them.
    package static let all: [Command] = daemon + accounts + settings + photos + jobs + index + about

    /// Options that every command has.
    package static let common: [Option] = [
        .flag("--json", "Print data as JSON."),
        .value("--data-dir", .path("DIR"), "The data directory [./tintype-data]."),
        .value("--config", .path("FILE"), "Read this configuration file."),
        .flag("--help", "Show this help."),
    ]

    private static let daemon = [
        Command(
            .serve, "Run the daemon",
            details: """
                Each setting can be given as an option, as an environment variable or in the configuration file; \
                the first of these counts. Secrets are never options, because others can see a command line.
                """,
            options: startupOptions, place: .here,
            exitCodes: [
                .unavailable, .cannotCreate, .temporaryFailure, .noPermission, .configuration,
            ]
        ),
        Command(
            .demo, "Serve with sample photos already analysed and print what to open",
            options: startupOptions, place: .here,
            exitCodes: [
                .unavailable, .cannotCreate, .temporaryFailure, .noPermission, .configuration,
            ]
        ),
    ]

    private static let accounts = [
        Command(
            .usersCreate, "Create an account",
            details: "Without --password-stdin a terminal asks for the password.",
            arguments: [.required("EMAIL", "The address that signs in.")],
            options: [
                .value(
                    "--role", .choice(["admin", "supervisor", "user"]), required: true,
                    "What the account may do."),
                passwordStdin,
            ], input: .password, exitCodes: [.dataError]),
        Command(.usersList, "List the accounts"),
        Command(
            .usersPasswd, "Change the password of an account, which ends its sessions",
            arguments: [.required("EMAIL", "The account.")], options: [passwordStdin],
            input: .password, exitCodes: [.dataError, .noUser]),
        Command(
            .tokensCreate, "Make an API token and print it, once, alone on standard output",
            options: [
                .value("--user", .text("EMAIL"), required: true, "The account it acts for."),
                .value("--name", .text("NAME"), "What it is for."),
                .value("--expires", .duration("TIME"), "How long it is valid, such as 90d."),
            ], exitCodes: [.noUser]),
        Command(.tokensList, "List the API tokens by id, never the tokens themselves"),
        Command(
            .tokensRevoke, "Make an API token invalid at once",
            arguments: [.required("ID", "The id that tokens list shows.")],
            exitCodes: [.dataError]),
    ]

    private static let settings = [
        Command(.settingsList, "List the settings, their values and where these come from"),
        Command(
            .settingsGet, "Print the value of a setting", arguments: [settingKey],
            exitCodes: [.dataError]),
        Command(
            .settingsSet, "Change a live setting from the next request on",
            details:
                "A setting that the environment or the configuration file pins cannot be changed here.",
            arguments: [settingKey, .required("VALUE", "The new value.")],
            exitCodes: [.dataError, .noPermission]),
    ]

    private static let photos = [
        Command(
            .testPhotoUpload, "Upload a photo as an anonymous client and show all that comes back",
            arguments: [.optional("FILE", "A picture, or a sample of --list.")],
            options: [
                .flag("--list", "List the sample pictures."),
                .flag("--no-cache", "Forget earlier analyses of this picture first."),
                .value("--fingerprint", .text("FP"), "The client's fingerprint [cli-test-fp]."),
            ], input: .file("FILE"),
            exitCodes: [.dataError, .noInput, .unavailable, .software, .temporaryFailure]),
        Command(
            .cleanupExpiredPhotos, "Remove the photos whose time has come",
            options: [
                dryRun,
                .value("--batch-size", .integer("N", 1...1_000_000), "Records at a time [100]."),
            ], exitCodes: [.ioError]),
        Command(
            .cleanupOldImages, "Remove old images of the request log, whose rows stay",
            options: [
                .value(
                    "--days", .integer("N", 0...36_500),
                    "Older than this many days [IMAGE_RETENTION_DAYS]."),
                dryRun,
            ]),
    ]

    private static let jobs = [
        Command(
            .jobsList, "List the jobs, newest first",
            options: [
                .value(
                    "--state", .choice(JobState.allCases.map(\.rawValue)), "Only these."),
                .value("--queue", .choice(JobQueue.allCases.map(\.rawValue)), "Only of this one."),
                .value("--kind", .text("KIND"), "Only jobs of this kind."),
                .value("--limit", .integer("N", 1...10_000), "At most so many [20]."),
            ]),
        Command(
            .jobsShow, "Show a job and what it logged", arguments: [jobID],
            exitCodes: [.dataError]),
        Command(
            .jobsRetry, "Queue a failed or cancelled job again", arguments: [jobID],
            exitCodes: [.dataError]),
        Command(
            .jobsCancel, "Cancel a job; one that runs stops within seconds", arguments: [jobID],
            exitCodes: [.dataError]),
        Command(
            .jobsWatch, "Follow a job to its end", arguments: [jobID],
            exitCodes: [.dataError, .software]),
        Command(.queuesList, "Show how the queues stand"),
        Command(
            .queuesPause, "Let a queue start no more jobs; those that run go on",
            arguments: [queueName], exitCodes: [.dataError]),
        Command(
            .queuesResume, "Let a paused queue start jobs again", arguments: [queueName],
            exitCodes: [.dataError]),
        Command(
            .queuesWatch, "Show how the queues stand, again and again",
            options: [
                .value("--count", .integer("N", 1...1_000_000), "End after so many looks.")
            ]),
        Command(.schedulesList, "List what the clock starts, with last and next run"),
        Command(
            .schedulesRun, "Start a schedule's job now; its next run stays as planned",
            arguments: [scheduleName], exitCodes: [.dataError]),
        Command(
            .schedulesPause, "Let a schedule start no more jobs", arguments: [scheduleName],
            exitCodes: [.dataError]),
        Command(
            .schedulesResume, "Let a paused schedule start its job again",
            arguments: [scheduleName], exitCodes: [.dataError]),
    ]

    private static let jobID = Argument.required("ID", "The id that jobs list shows.")
    private static let queueName = Argument.required(
        "NAME", JobQueue.allCases.map(\.rawValue).joined(separator: ", ") + ".")
    private static let scheduleName = Argument.required(
        "NAME", "The name that schedules list shows.")

    private static let index = [
        Command(.indexStats, "Show what each vector space holds and costs"),
        Command(
            .indexCheck, "Compare the graphs with exact search and test their structure",
            exitCodes: [.dataError]),
        Command(.indexRebuild, "Build the graphs anew while searches go on"),
    ]

    private static let about = [
        Command(
            .doctor, "Examine database, files and vectors and say what to mend",
            exitCodes: [.dataError]),
        Command(
            .health, "Ask the running daemon whether it is well", place: .here,
            exitCodes: [.unavailable]),
        Command(.version, "Print the version", place: .here),
        Command(
            .help, "Explain a command", arguments: [.optional("COMMAND", "Its one or two words.")],
            place: .here),
        Command(
            .completion, "Print a script that lets bash complete commands",
            arguments: [.required("SHELL", "bash")], place: .here, isHidden: true),
    ]

    private static let settingKey = Argument.required("KEY", "The name of the setting.")
    private static let dryRun = Option.flag("--dry-run", "Only say what would be removed.")
    private static let passwordStdin = Option.flag(
        "--password-stdin", "Read the password from standard input.")

    /// The startup settings that have an option, but those that all commands have anyway.
    private static let startupOptions: [Option] = Setting.startup.compactMap { setting in
        guard let flag = setting.flag, !common.contains(where: { $0.name == flag }) else {
            return nil
        }
        let isUnset = setting.defaultText.isEmpty
        let help = setting.help.dropLast() + (isUnset ? "." : " [\(setting.defaultText)].")
        return .value(flag, .text(placeholder(of: setting.kind)), String(help))
    }

    static func isStartup(_ option: Option) -> Bool {
        Setting.startup.contains { $0.flag == option.name }
    }

    private static func placeholder(of kind: Setting.Kind) -> String {
        switch kind {
        case .integer, .decimal: "N"
        case .bytes: "SIZE"
        case .duration: "TIME"
        case .bool: "true|false"
        case .choice(let words): words.joined(separator: "|")
        case .url: "URL"
        case .path: "PATH"
        case .listenAddresses: "ADDRESS"
        case .networks: "NETWORKS"
        case .ports: "PORTS"
        case .hosts: "HOSTS"
        case .text, .prose, .secret: "TEXT"
        }
    }
}
