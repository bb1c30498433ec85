import Domain
import HTTP
import HTTPClient

extension TintypeCommand {
    private struct Health: Encodable {
        var status: String
    }

    /// `health`: asks the running daemon over its socket.
    static func health(
        _ invocation: CommandInvocation, _ configuration: Configuration
    ) async throws(CommandFailure) -> ExitCode {
        let path = configuration.startup[.dataDirectory]
        var request = ClientRequest(.get, "http://localhost/healthz")
        request.unixSocketPath = DataDirectory.socketPath(in: path)
        request.timeout = .seconds(10)
        let isWell = (try? await HTTPClient().send(request))?.status == .ok
        do {
            try invocation.output.data(Health(status: isWell ? "ok" : "unavailable")) {
                [isWell ? "ok" : "no daemon answers for \(path)"]
            }
        } catch {
            throw CommandFailure(.software, "The answer cannot be written.")
        }
        return isWell ? .ok : .unavailable
    }
}
