import Crypto
import HTTP
import Services

extension Installation {
    /// `test-photo-upload`: one upload as an anonymous client, and everything that comes back.
    func testUpload(_ invocation: CommandInvocation) async throws -> ExitCode {
        if invocation.arguments.flag("--list") { return try listSamples(invocation) }
        guard let name = invocation.arguments.argument("FILE") else {
            throw CommandFailure(
                .usage, "FILE is missing: a path, or a sample that --list shows.")
        }
        guard let bytes = invocation.input ?? Sample.named(name)?.bytes else {
            throw CommandFailure(.noInput, "There is no file \(name).")
        }
        let fingerprint = invocation.arguments.text("--fingerprint") ?? "cli-test-fp"
        let isFresh = invocation.arguments.flag("--no-cache")
        if isFresh { _ = try await photos.deleteAll(sha256: sha256(bytes)) }
        let fileName = name.split(separator: "/").last.map(String.init) ?? name
        let report = UploadReport(output: invocation.output)
        report.request(name: fileName, bytes: bytes, fingerprint: fingerprint)
        let response = try await upload(
            bytes, name: fileName, fingerprint: fingerprint, reusing: !isFresh)
        if invocation.output.traits.json {
            invocation.output.out(String(decoding: response.bodyBytes, as: UTF8.self))
        } else {
            report.response(
                response, embeddingModel: photos.embeddingModel,
                dimension: PhotoService.embeddingDimension)
        }
        return Self.exitCode(of: response.status)
    }

    private struct SampleRow: Encodable {
        var name: String
        var bytes: Int
    }

    private func listSamples(_ invocation: CommandInvocation) throws -> ExitCode {
        let rows = Sample.all.map { SampleRow(name: $0.name, bytes: $0.bytes.count) }
        try invocation.output.data(rows) {
            rows.map { "  - \($0.name) (\(UploadReport.decimal($0.bytes, per: 1 << 20)) MB)" }
        }
        return .ok
    }

    private static func exitCode(of status: Status) -> ExitCode {
        switch status {
        case .ok, .created: .ok
        case .badRequest: .dataError
        case .tooManyRequests: .temporaryFailure
        case .serviceUnavailable: .unavailable
        default: .software
        }
    }
}
