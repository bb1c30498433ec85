/// Everything the command line can be asked to do; the raw value is what a person types.
package enum Verb: String, Sendable, CaseIterable {
    case serve, demo
    case usersCreate = "users create"
    case usersList = "users list"
    case usersPasswd = "users passwd"
    case tokensCreate = "tokens create"
    case tokensList = "tokens list"
    case tokensRevoke = "tokens revoke"
    case settingsList = "settings list"
    case settingsGet = "settings get"
    case settingsSet = "settings set"
    case testPhotoUpload = "test-photo-upload"
    case cleanupExpiredPhotos = "cleanup-expired-photos"
    case cleanupOldImages = "cleanup-old-images"
    case indexStats = "index stats"
    case indexCheck = "index check"
    case indexRebuild = "index rebuild"
    case jobsList = "jobs list"
    case jobsShow = "jobs show"
    case jobsRetry = "jobs retry"
    case jobsCancel = "jobs cancel"
    case jobsWatch = "jobs watch"
    case queuesList = "queues list"
    case queuesPause = "queues pause"
    case queuesResume = "queues resume"
    case queuesWatch = "queues watch"
    case schedulesList = "schedules list"
    case schedulesRun = "schedules run"
    case schedulesPause = "schedules pause"
    case schedulesResume = "schedules resume"
    case doctor, health, version, help, completion

    package var words: [String] { rawValue.split(separator: " ").map(String.init) }

    /// The row of the table that describes it.
    package var command: Command { Command.byVerb[self] ?? Command(self, "") }

    /// `cleanup_expired_photos` is `cleanup-expired-photos`, as the framework people come from spells it.
    static func normalised(_ word: String) -> String {
        String(word.lowercased().map { $0 == "_" ? "-" : $0 })
    }
}
