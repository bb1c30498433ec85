/// How far the analysis of a photo has come, told as it goes.
package struct PhotoProgress: Sendable {
    package enum Stage: String, Sendable, CaseIterable {
        case received, hashed, decoded, suggestions, caption, embeddings, matched

        /// As a share of the whole.
        package var percent: Int {
            switch self {
            case .received: 5
            case .hashed: 10
            case .decoded: 25
            case .suggestions: 60
            case .caption: 70
            case .embeddings: 90
            case .matched: 100
            }
        }
    }

    /// Throws `UploadFailure.cancelled` to end the analysis.
    private let report: @Sendable (Stage) throws(UploadFailure) -> Void

    package static let ignored = PhotoProgress { _ in }

    package init(report: @escaping @Sendable (Stage) throws(UploadFailure) -> Void) {
        self.report = report
    }

    func reach(_ stage: Stage) throws(UploadFailure) {
        try report(stage)
    }
}
