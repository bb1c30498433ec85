import Domain
import HTTP
import Services

/// Errors of `/api/core/` and `/api/usage/` (RFC 9457), with the family's keys in their order.
enum ProblemAnswer {
    static func response(
        _ status: Status, _ code: String, _ detail: String, _ requestID: String,
        errors: [(field: String, message: String)] = []
    ) -> Response {
        let body = JSONWriter.object { json in
            json.field("type", "about:blank")
            json.field("status", status.code)
            json.field("title", status.reasonPhrase)
            json.field("detail", detail)
            json.field("instance", "/requests/\(requestID)")
            json.field("code", code)
            if !errors.isEmpty {
                json.object("errors") { json in
                    for error in errors { json.field(error.field, error.message) }
                }
            }
        }
        return .bytes(body, type: "application/problem+json", status: status)
    }

    static func notFound(_ request: Request) -> Response {
        response(.notFound, "not_found", "Not found.", request.id)
    }

    static func noCredentials(_ request: Request) -> Response {
        response(
            .forbidden, "not_authenticated", "Authentication credentials were not provided.",
            request.id)
    }

    static func invalidToken(_ request: Request) -> Response {
        response(.forbidden, "not_authenticated", "Invalid token.", request.id)
    }

    static func routeFailure(_ request: Request, _ failure: RouteFailure) -> Response {
        switch failure {
        case .notFound: return notFound(request)
        case .methodNotAllowed(let allow):
            var answer = response(
                .methodNotAllowed, "method_not_allowed",
                "Method \"\(request.method.rawValue)\" not allowed.", request.id)
            answer.fields[.allow] = Router.list(allow.filter { $0 != .options })
            return answer
        }
    }

    /// What the server says by itself.
    static func failure(_ status: Status, _ reason: String, _ requestID: String) -> Response {
        switch status {
        case .internalServerError:
            response(status, "internal_error", "Internal error", requestID)
        case .contentTooLarge: response(status, "too_large", reason, requestID)
        default:
            response(
                status,
                String(
                    status.reasonPhrase.lowercased().map { $0.isLetter ? $0 : "_" }), reason,
                requestID)
        }
    }
}

extension ErrorShape {
    /// RFC 9457 with a code for programs.
    static let core = ErrorShape(
        prefixes: ["/api/core", "/api/usage"],
        failure: { status, reason, requestID in
            ProblemAnswer.failure(status, reason, requestID)
        },
        routeFailure: { request, failure in ProblemAnswer.routeFailure(request, failure) })
}

/// Who may use the routes of `/api/core/` and `/api/usage/`.
struct ProblemAccess: Sendable {
    let identity: IdentityService
    let sessions: SessionService

    /// The account of an API token; sessions and JWTs are refused.
    func tokenHolder(_ request: Request) throws -> User {
        guard let token = Self.token(of: request) else {
            throw Refused(ProblemAnswer.noCredentials(request))
        }
        guard IdentityService.isAPIToken(token) else {
            throw Refused(ProblemAnswer.invalidToken(request))
        }
        return try user(bearing: token, request)
    }

    /// An admin by token, JWT or session.
    func admin(_ request: Request) throws -> User {
        let user: User
        if request.fields[.authorization] != nil {
            guard let token = Self.token(of: request) else {
                throw Refused(ProblemAnswer.noCredentials(request))
            }
            user = try self.user(bearing: token, request)
        } else {
            guard
                let secret = Cookies.value(of: SessionService.cookieName, in: request.fields),
                let found = try sessions.user(session: secret)
            else { throw Refused(ProblemAnswer.noCredentials(request)) }
            user = found
        }
        guard user.role == .admin else {
            throw Refused(
                ProblemAnswer.response(
                    .forbidden, "permission_denied",
                    "You do not have permission to perform this action.", request.id))
        }
        return user
    }

    private func user(bearing token: String, _ request: Request) throws -> User {
        do {
            let user = try identity.user(bearing: token)
            RequestTrace.current?.identify(
                user, token: IdentityService.isAPIToken(token) ? token : nil)
            return user
        } catch {
            guard error is IdentityService.Refusal else { throw error }
            throw Refused(ProblemAnswer.invalidToken(request))
        }
    }

    /// What stands behind `Bearer` or `Token`, spelled just so, and one space.
    private static func token(of request: Request) -> String? {
        guard let field = request.fields[.authorization] else { return nil }
        let value = ASCII.trimmed(field[...])
        for scheme in ["Bearer ", "Token "] where value.hasPrefix(scheme) {
            let token = value.dropFirst(scheme.count)
            let isPlain = !token.isEmpty && token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            return isPlain ? String(token) : nil
        }
        return nil
    }
}
