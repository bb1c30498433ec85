import Domain
import Telemetry

extension Configuration {
    /// The logger that TINTYPE_LOG_FORMAT and TINTYPE_LOG_LEVEL ask for; standard error where the journal is missing.
    package func makeLogger(environment: [String: String]) -> Logger {
        let name = "tintype"
        let destination: LogSink.Destination =
            switch startup[.logFormat] {
            case .auto: .automatic(identifier: name, environment: environment)
            case .text: .text(descriptor: 2, colour: Terminal.isTerminal(2))
            case .json: .json(descriptor: 2)
            case .journald:
                JournalSocket().map { .journal($0, identifier: name) }
                    ?? .text(descriptor: 2, colour: false)
            }
        return Logger(LogSink(destination), minimum: logLevel)
    }

    /// Warnings and errors alone, for commands that people read the output of.
    package func makeQuietLogger() -> Logger {
        Logger(LogSink(.text(descriptor: 2, colour: Terminal.isTerminal(2))), minimum: .warning)
    }

    private var logLevel: LogLevel {
        switch startup[.logLevel] {
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        }
    }
}
