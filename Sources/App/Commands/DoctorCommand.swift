extension Installation {
    func doctor(_ invocation: CommandInvocation) async throws -> ExitCode { .ok }
}
