import Domain
import HTTP
import Services

/// `/chat/discover/{code}`: a room in a browser: who is there, what is said, joining and writing, all of it live.
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
        do {
            let view = try await rooms.room(code, for: visitor)
            let online = try await rooms.online(code, for: visitor)
            return Page.response(
                title: "\(view.room.name) · Tintype", script: "/assets/room.js",
                Self.article(view.room, view.presence, online))
        } catch RoomService.Refusal.notFound {
            return Self.missing(code)
        }
    }

    private static func article(
        _ room: Room, _ presence: Room.Presence, _ online: [Member], isHidden: Bool = false
    ) -> HTML {
        let names = HTML(online.map { "<li><bdi>\($0.displayName)</bdi></li>" })
        let hidden: HTML = isHidden ? "hidden" : ""
        return """
            <article id="room" class="room" data-code="\(room.code)" \(hidden)>
            <h1 id="room-name">\(room.name)</h1>
            <p id="room-description" class="lead">\(room.description)</p>
            <p id="presence" class="counts">\(presence.online) online, \
            \(presence.activeUsers) in the last day</p>
            <p id="state" role="status"></p>
            <noscript><p>Reading and writing here need JavaScript.</p></noscript>
            <div class="halves">
            <section class="talk" aria-labelledby="talk">
            <h2 id="talk" class="unseen">Messages</h2>
            <div id="log" class="log" role="log" aria-live="polite" aria-labelledby="talk"
            tabindex="0">
            <button id="earlier" type="button" hidden>Earlier messages</button>
            <p id="quiet" class="quiet" hidden>Nothing was said here yet.</p>
            <ol id="messages"></ol>
            </div>
            <button id="fresh" type="button" hidden>New messages ↓</button>
            <p id="typing" class="typing" role="status"></p>
            \(Self.forms)
            </section>
            <aside aria-labelledby="who">
            <h2 id="who">Online</h2>
            <ul id="online">\(names)</ul>
            </aside>
            </div>
            </article>
            """
    }

    private static let forms: HTML = """
        <p id="problem" role="alert"></p>
        <form id="join" hidden>
        <label for="name">Your name in this room</label>
        <input id="name" name="display_name" maxlength="40" autocomplete="nickname"
        placeholder="Guest">
        <button id="enter" class="primary" type="submit">Join the room</button>
        <button id="cancel" type="button" hidden>Cancel</button>
        </form>
        <form id="write" hidden>
        <label for="text" class="unseen">Message</label>
        <textarea id="text" rows="1" aria-describedby="keys" placeholder="Write a message"></textarea>
        <button id="send" class="primary" type="submit">Send</button>
        <p id="keys" class="hint">Enter sends, Shift+Enter starts a new line.
        <span id="left" role="status"></span></p>
        </form>
        <p id="here" class="here" hidden><span>You are here as <bdi id="self"></bdi>.</span>
        <button id="rename" type="button">Change name</button>
        <button id="leave" type="button">Leave</button></p>
        """

    /// 404; should the room be a private one of the visitor's, the script shows it in place of this.
    private static func missing(_ code: String) -> Response {
        let unknown = Room(
            id: 0, uuid: "", code: code, name: "", description: "", access: .private,
            isActive: false, messageCount: 0, createdAt: Time(milliseconds: 0))
        return Page.response(
            title: "No such room · Tintype", script: "/assets/room.js", status: .notFound,
            """
            <section id="missing">
            <h1>There is no such room</h1>
            <p>It may have been closed. <a href="/">Upload a photo</a> to find rooms that are open.</p>
            </section>
            \(article(unknown, .init(activeUsers: 0, online: 0), [], isHidden: true))
            """)
    }
}
