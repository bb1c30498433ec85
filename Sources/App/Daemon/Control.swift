import FoundationEssentials
import HTTP
import HTTPClient
import Synchronization

extension Installation {
    /// POST /control/run: does the work of a command line of another process and streams what it writes.
    func control(_ request: Request) async throws -> Response {
        let bytes = try await request.body.collect(upTo: 160 << 20)
        guard let asked = try? JSONDecoder().decode(ControlRequest.self, from: Data(bytes)) else {
            return .text("This is no command.\n", status: .badRequest)
        }
        return .stream(type: "application/x-ndjson") { [self] writer in
            let (frames, queue) = AsyncStream.makeStream(of: [UInt8].self)
            let work = Task {
                let output = FrameOutput(asked.traits) { queue.yield($0) }
                let code: ExitCode
                do throws(CommandFailure) {
                    let invocation = try CommandInvocation(asked) { queue.yield($0) }
                    code = try await perform(invocation)
                } catch {
                    output.err("tintype: \(error.message)")
                    code = error.exitCode
                }
                output.exit(code)
                queue.finish()
            }
            do {
                for await frame in frames { try await writer.write(frame) }
            } catch {
                // Whoever typed the command is gone, and it goes with them.
                work.cancel()
                throw error
            }
            await work.value
        }
    }
}

/// The command line's side of the conversation with a running daemon.
struct ControlClient: Sendable {
    let socket: String

    /// Has the daemon do the work, shows what it writes and returns what to exit with.
    func run(
        _ request: ControlRequest, output: any Output
    ) async throws(CommandFailure) -> ExitCode {
        let body: [UInt8]
        do {
            body = Array(try JSONEncoder().encode(request))
        } catch {
            throw CommandFailure(.software, "The command cannot be sent to the daemon.")
        }
        var call = ClientRequest(
            .post, "http://localhost/control/run", fields: [.contentType: "application/json"],
            body: body)
        call.unixSocketPath = socket
        call.timeout = nil
        let shown = Mutex((reader: CommandFrameReader(), exit: Int32?.none))
        let client = HTTPClient()
        do {
            _ = try await client.send(call) { response, bytes in
                guard response.status == .ok else { return false }
                return shown.withLock { state in
                    guard let frames = try? state.reader.read(bytes) else { return false }
                    for frame in frames { state.exit = output.show(frame) ?? state.exit }
                    return true
                }
            }
        } catch {
            throw CommandFailure(.unavailable, "The daemon does not answer on \(socket).")
        }
        output.progress(nil)
        guard let code = shown.withLock({ $0.exit }) else {
            throw CommandFailure(.unavailable, "The daemon ended before the command did.")
        }
        return ExitCode(rawValue: code) ?? .software
    }
}
