/// What the process tells its caller at the end, by the numbers of sysexits(3).
package enum ExitCode: Int32, Sendable, CaseIterable {
    case ok = 0
    /// The command was used wrongly.
    case usage = 64
    /// What was given in is not what it should be.
    case dataError = 65
    /// A file that was named cannot be read.
    case noInput = 66
    /// No such user.
    case noUser = 67
    /// Something needed is not there: the daemon, a provider.
    case unavailable = 69
    /// A fault of the program itself.
    case software = 70
    /// The operating system refused something it should not refuse.
    case osError = 71
    /// A file or folder cannot be made, or is not what it must be.
    case cannotCreate = 73
    /// Reading or writing failed.
    case ioError = 74
    /// Somebody else holds what is needed; trying again later may help.
    case temporaryFailure = 75
    /// The other side broke the protocol, or has another version.
    case protocolError = 76
    case noPermission = 77
    /// A setting is missing or invalid.
    case configuration = 78

    /// One line for `--help`.
    package var meaning: String {
        switch self {
        case .ok: "done"
        case .usage: "the command was used wrongly"
        case .dataError: "the input is not valid"
        case .noInput: "a file that was named cannot be read"
        case .noUser: "no such user"
        case .unavailable: "a service that is needed is not available"
        case .software: "an internal error"
        case .osError: "the operating system refused"
        case .cannotCreate: "the data directory cannot be made or used"
        case .ioError: "reading or writing failed"
        case .temporaryFailure: "somebody else holds what is needed; try again later"
        case .protocolError: "the running daemon has another version"
        case .noPermission: "not allowed"
        case .configuration: "a setting is missing or invalid"
        }
    }
}

/// A failure that ends the command: a sentence for people and the exit code.
package struct CommandFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package let exitCode: ExitCode
    package let message: String

    package init(_ exitCode: ExitCode, _ message: String) {
        self.exitCode = exitCode
        self.message = message
    }

    package var description: String { message }
}
