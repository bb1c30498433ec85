/// How important a log line is; the numbers are those of syslog, so lower is graver.
package enum LogLevel: Int, Sendable, Comparable, CaseIterable {
    case error = 3
    case warning = 4
    case notice = 5
    case info = 6
    case debug = 7

    /// Graver levels are greater: `.error > .info`.
    package static func < (a: LogLevel, b: LogLevel) -> Bool { a.rawValue > b.rawValue }

    package var name: String {
        switch self {
        case .error: "error"
        case .warning: "warning"
        case .notice: "notice"
        case .info: "info"
        case .debug: "debug"
        }
    }
}
