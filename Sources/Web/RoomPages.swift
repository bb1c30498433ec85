import HTTP
import Services

package struct RoomPages: Sendable {
    package init(rooms: RoomService) {}
    package var routes: [Route] { [] }
}
