import Domain
import Services
import Telemetry

extension Installation {
    /// Does the work of a command that needs the services.
    func perform(_ invocation: CommandInvocation) async throws(CommandFailure) -> ExitCode {
        do {
            switch invocation.arguments.verb {
            case .usersCreate: return try await createUser(invocation)
            case .usersList: return try await listUsers(invocation)
            case .usersPasswd: return try await setPassword(invocation)
            case .tokensCreate: return try await createToken(invocation)
            case .tokensList: return try await listTokens(invocation)
            case .tokensRevoke: return try await revokeToken(invocation)
            case .settingsList: return try await listSettings(invocation)
            case .settingsGet: return try await getSetting(invocation)
            case .settingsSet: return try await setSetting(invocation)
            case .cleanupExpiredPhotos: return try await cleanUpExpired(invocation)
            case .cleanupOldImages: return try await cleanUpOldImages(invocation)
            case .testPhotoUpload: return try await testUpload(invocation)
            case .indexStats: return try indexStatistics(invocation)
            case .indexCheck: return try await checkIndex(invocation)
            case .indexRebuild: return try await rebuildIndex(invocation)
            case .jobsList: return try await listJobs(invocation)
            case .jobsShow: return try await showJob(invocation)
            case .jobsRetry: return try await changeJob(invocation) { try await $0.retry($1) }
            case .jobsCancel: return try await changeJob(invocation) { try await $0.cancel($1) }
            case .jobsWatch: return try await watchJob(invocation)
            case .queuesList: return try await listQueues(invocation)
            case .queuesPause: return try await setQueuePaused(true, invocation)
            case .queuesResume: return try await setQueuePaused(false, invocation)
            case .queuesWatch: return try await watchQueues(invocation)
            case .schedulesList: return try await listSchedules(invocation)
            case .schedulesRun: return try await runSchedule(invocation)
            case .schedulesPause: return try await setSchedulePaused(true, invocation)
            case .schedulesResume: return try await setSchedulePaused(false, invocation)
            case .doctor: return try await doctor(invocation)
            case .serve, .demo, .health, .version, .help, .completion:
                throw CommandFailure(.usage, "This command does not run in the daemon.")
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch let failure as Failure {
            throw CommandFailure(Self.exitCode(failure, invocation), failure.message)
        } catch {
            log.error("a command failed", ["error": .text("\(error)")])
            throw CommandFailure(.software, "Internal error: \(error)")
        }
    }

    private static func exitCode(_ failure: Failure, _ invocation: CommandInvocation) -> ExitCode {
        switch failure.code {
        case .notFound:
            [.usersPasswd, .tokensCreate].contains(invocation.arguments.verb)
                ? .noUser : .dataError
        case .conflict:
            invocation.arguments.verb == .settingsSet ? .noPermission : .dataError
        case .storageFull: .ioError
        case .unavailable, .limited: .temporaryFailure
        case .unauthorized, .forbidden: .noPermission
        case .internal: .software
        case .invalid, .tooLarge, .gone: .dataError
        }
    }
}

extension CommandInvocation {
    /// An argument that the table says is required.
    func required(_ name: String) throws(CommandFailure) -> String {
        guard let value = arguments.argument(name) else {
            throw CommandFailure(.usage, "\(name) is missing.")
        }
        return value
    }
}
