import Domain
import HTTP
import Services

extension Installation {
    private struct UserRow: Encodable {
        var id: String
        var email: String
        var username: String
        var role: String
        var isActive: Bool
        var createdAt: String

        init(_ user: User) {
            id = user.id
            email = user.email
            username = user.username
            role = user.role.rawValue
            isActive = user.isActive
            createdAt = Timestamp.rfc3339(user.createdAt.milliseconds)
        }
    }

    func createUser(_ invocation: CommandInvocation) async throws -> ExitCode {
        let role = invocation.arguments.text("--role").flatMap(Role.init(rawValue:)) ?? .user
        let user = try await identity.createUser(
            email: try invocation.required("EMAIL"), role: role, password: invocation.password)
        try invocation.output.data(UserRow(user)) { [user.id] }
        invocation.output.err("Created \(user.email) as \(user.role.rawValue).")
        return .ok
    }

    func listUsers(_ invocation: CommandInvocation) async throws -> ExitCode {
        let rows = try await identity.users().map(UserRow.init)
        try invocation.output.data(rows) {
            let cells = rows.map {
                [$0.email, $0.role, $0.isActive ? "active" : "disabled", $0.createdAt, $0.id]
            }
            return TextTable(["E-MAIL", "ROLE", "STATE", "CREATED", "ID"], cells).lines
        }
        return .ok
    }

    func setPassword(_ invocation: CommandInvocation) async throws -> ExitCode {
        let email = try invocation.required("EMAIL")
        guard let password = invocation.password else {
            throw CommandFailure(.noInput, "No password was given.")
        }
        try await identity.setPassword(of: email, to: password)
        invocation.output.err("Changed the password of \(email).")
        return .ok
    }

    private struct TokenRow: Encodable {
        var id: String
        var user: String
        var name: String
        var createdAt: String
        var expiresAt: String?
        var revokedAt: String?
        /// Only when it was just made.
        var token: String?

        init(_ token: AccessToken, text: String? = nil) {
            id = token.id
            user = token.email
            name = token.name
            createdAt = Timestamp.rfc3339(token.createdAt.milliseconds)
            expiresAt = token.expiresAt.map { Timestamp.rfc3339($0.milliseconds) }
            revokedAt = token.revokedAt.map { Timestamp.rfc3339($0.milliseconds) }
            self.token = text
        }
    }

    func createToken(_ invocation: CommandInvocation) async throws -> ExitCode {
        let made = try await identity.createToken(
            email: invocation.arguments.text("--user") ?? "",
            name: invocation.arguments.text("--name") ?? "",
            lifetime: invocation.arguments.duration("--expires"))
        try invocation.output.data(TokenRow(made.token, text: made.text)) { [made.text] }
        invocation.output.err("This token is not shown again.")
        return .ok
    }

    func listTokens(_ invocation: CommandInvocation) async throws -> ExitCode {
        let rows = try await identity.tokens().map { TokenRow($0) }
        try invocation.output.data(rows) {
            let cells = rows.map { row in
                let end = row.revokedAt.map { "revoked \($0)" } ?? row.expiresAt ?? "never"
                return [row.id, row.user, row.name, row.createdAt, end]
            }
            return TextTable(["ID", "USER", "NAME", "CREATED", "ENDS"], cells).lines
        }
        return .ok
    }

    func revokeToken(_ invocation: CommandInvocation) async throws -> ExitCode {
        let id = try invocation.required("ID")
        try await identity.revokeToken(id)
        invocation.output.err("Revoked \(id).")
        return .ok
    }
}

extension CommandInvocation {
    /// The password that was read for this command.
    fileprivate var password: String? {
        input.map { String(decoding: $0, as: UTF8.self) }
    }
}
