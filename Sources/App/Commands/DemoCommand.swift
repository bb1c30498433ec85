struct DemoCommand: Sendable {
    let configuration: Configuration
    let environment: [String: String]
    let output: any Output
    func run(isDirectoryNamed: Bool) async throws(CommandFailure) -> ExitCode { .ok }
}
extension Installation {
    func testUpload(_ invocation: CommandInvocation) async throws -> ExitCode { .ok }
    func doctor(_ invocation: CommandInvocation) async throws -> ExitCode { .ok }
}
