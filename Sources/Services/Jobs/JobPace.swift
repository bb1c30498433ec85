/// How long jobs of each kind take, so that short ones share a commit and long ones keep nobody waiting.
struct JobPace: Sendable {
    /// What one worker may take at once, in seconds of work.
    private static let portion = 0.002
    static let largestPortion = 64

    private var estimates: [String: Double] = [:]

    /// Falls slowly and rises at once: a kind that was slow once is not trusted soon.
    mutating func note(_ kind: String, _ duration: Duration) {
        let seconds = duration / .seconds(1)
        estimates[kind] = max(seconds, (estimates[kind] ?? seconds) * 0.9)
    }

    /// Whether a worker could take more than one of the kind.
    var hasShortKinds: Bool { estimates.values.contains { $0 < Self.portion / 2 } }

    /// Deals jobs, in their order, to at most `workers` workers; what is left over waits.
    func deal<Job>(
        _ jobs: [Job], to workers: Int, kind: (Job) -> String
    ) -> [[Job]] {
        var portions: [[Job]] = []
        var load = Double.infinity
        for job in jobs {
            let estimate = estimates[kind(job)] ?? Self.portion
            let isFull =
                load + estimate > Self.portion
                || (portions.last?.count ?? 0) >= Self.largestPortion
            if isFull {
                guard portions.count < workers else { break }
                portions.append([job])
                load = estimate
            } else {
                portions[portions.count - 1].append(job)
                load += estimate
            }
        }
        return portions
    }
}
