import Domain
import FoundationEssentials
import Store

/// What is done for each kind of job, and what the clock starts; filled by the families when the daemon is put together.
struct JobRegistry: Sendable {
    typealias Handler = @Sendable (JobContext) async throws -> JobOutcome

    struct Entry: Sendable {
        let kind: JobKind
        let run: Handler
        /// Refuses arguments that no job of the kind can have.
        let check: @Sendable (JSONText) throws(Failure) -> Void
    }

    private(set) var entries: [String: Entry] = [:]
    private(set) var schedules: [Schedule] = []
    private(set) var reconcilers: [(name: String, run: @Sendable () async throws -> Void)] = []

    mutating func add<J: Job>(
        _ type: J.Type, _ body: @escaping @Sendable (J, JobContext) async throws -> JobOutcome
    ) {
        let kind = J.kind
        precondition(entries[kind.name] == nil, "\(kind.name) has two handlers")
        entries[kind.name] = Entry(
            kind: kind,
            run: { context in
                let job: J
                do throws(Failure) {
                    job = try Self.decode(context.job.arguments)
                } catch {
                    throw JobFailure.permanent(error.message)
                }
                return try await body(job, context)
            },
            check: { arguments throws(Failure) in _ = try Self.decode(arguments) as J })
    }

    mutating func add(_ schedule: Schedule) {
        precondition(
            !schedules.contains { $0.name == schedule.name }, "\(schedule.name) is there twice")
        schedules.append(schedule)
    }

    mutating func addReconciler(
        _ name: String, _ body: @escaping @Sendable () async throws -> Void
    ) {
        reconcilers.append((name, body))
    }

    static func encode(_ job: some Job) throws -> JSONText {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return JSONText(Array(try encoder.encode(job)))
    }

    private static func decode<J: Job>(_ arguments: JSONText) throws(Failure) -> J {
        do {
            return try JSONDecoder().decode(J.self, from: Data(arguments.text.utf8))
        } catch let failure as Failure {
            throw failure
        } catch let error as DecodingError {
            throw Failure(.invalid, Self.complaint(error, J.kind.name))
        } catch {
            throw Failure(.invalid, "The arguments of \(J.kind.name) cannot be read.")
        }
    }

    private static func complaint(_ error: DecodingError, _ kind: String) -> String {
        func name(_ path: [any CodingKey]) -> String {
            path.isEmpty ? "args" : path.map(\.stringValue).joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, let context):
            "\(kind) needs \(name(context.codingPath + [key]))."
        case .typeMismatch(_, let context), .valueNotFound(_, let context),
            .dataCorrupted(let context):
            "\(name(context.codingPath)) of \(kind) is not valid."
        @unknown default: "The arguments of \(kind) cannot be read."
        }
    }
}
