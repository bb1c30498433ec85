/// Writes log lines that carry the fields of their context, such as the request id.
///
/// A value: `with(_:)` makes the logger of a narrower context, the sink is shared.
package struct Logger: Sendable {
    private let sink: LogSink
    private let fields: LogFields
    /// Less important lines are not even built.
    package let minimum: LogLevel

    package init(_ sink: LogSink, minimum: LogLevel = .info) {
        self.init(sink, minimum: minimum, fields: [:])
    }

    private init(_ sink: LogSink, minimum: LogLevel, fields: LogFields) {
        self.sink = sink
        self.minimum = minimum
        self.fields = fields
    }

    /// A logger that writes nothing.
    package static let silent = Logger(LogSink(.none), minimum: .error)

    /// The logger whose lines carry `fields` too.
    package func with(_ fields: LogFields) -> Logger {
        Logger(sink, minimum: minimum, fields: self.fields.merging(fields))
    }

    /// The logger of one request.
    package func with(requestID: String) -> Logger {
        with(["request_id": .text(requestID)])
    }

    package func log(
        _ level: LogLevel, _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> LogFields = [:]
    ) {
        if level < minimum { return }
        sink.write(level, message(), self.fields.merging(fields()))
    }

    /// A line that may wait for others until `flush`: for many lines at a time.
    package func infoSoon(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields
    ) {
        if LogLevel.info < minimum { return }
        sink.write(.info, message(), self.fields.merging(fields()), canWait: true)
    }

    /// Writes the lines that wait.
    package func flush() { sink.flush() }

    package func error(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]
    ) {
        log(.error, message(), fields())
    }

    package func warning(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]
    ) {
        log(.warning, message(), fields())
    }

    package func notice(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]
    ) {
        log(.notice, message(), fields())
    }

    package func info(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]
    ) {
        log(.info, message(), fields())
    }

    package func debug(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]
    ) {
        log(.debug, message(), fields())
    }
}
