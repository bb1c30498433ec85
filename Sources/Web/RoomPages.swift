import Domain
import HTTP
import Services

/// `/chat/discover/{code}`: a room in a browser: what it is about, who is there, joining and leaving.
package struct RoomPages: Sendable {
    private let rooms: RoomService

    package init(rooms: RoomService) {
        self.rooms = rooms
    }

    package var routes: [Route] {
        [Route(.get, "/chat/discover/{code}/", room)]
    }

    private func room(_ request: Request) async throws -> Response {
        // A browser's visitor is known by a secret that its script keeps, so the page itself is for anybody.
        let visitor = Caller(user: nil, fingerprint: nil, address: request.remoteAddress)
        let code = request.parameters["code"] ?? ""
        let view: RoomService.RoomView
        let online: [Member]
        do {
            view = try await rooms.room(code, for: visitor)
            online = try await rooms.online(code, for: visitor)
        } catch RoomService.Refusal.notFound {
            return Self.missing
        }
        let names = HTML(online.map { "<li>\($0.displayName)</li>" })
        return Page.response(
            title: view.room.name, script: "/assets/room.js",
            """
            <article id="room" data-code="\(view.room.code)">
            <h1>\(view.room.name)</h1>
            <p>\(view.room.description)</p>
            <p id="presence">\(view.presence.online) online,
            \(view.presence.activeUsers) in the last day</p>
            <h2>Online</h2>
            <ul id="online">\(names)</ul>
            <form id="join">
            <label for="name">Your name in this room</label>
            <input id="name" name="display_name" maxlength="40" autocomplete="nickname"
            placeholder="Guest">
            <button type="submit">Join</button>
            </form>
            <button id="leave" type="button" hidden>Leave</button>
            <p id="state" role="status" aria-live="polite"></p>
            </article>
            """)
    }

    private static let missing = Page.response(
        title: "No such room", script: nil, status: .notFound,
        """
        <h1>There is no such room</h1>
        <p>It may have been closed. <a href="/">Upload a photo</a> to find rooms that are open.</p>
        """)
}
