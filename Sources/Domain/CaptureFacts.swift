/// What a camera wrote about the moment of capture, as far as EXIF tells.
package struct CaptureFacts: Sendable, Equatable, Codable {
    /// The local wall-clock time of the capture, `YYYY-MM-DDTHH:MM:SS`.
    package var localTime: String?
    /// The zone of that time as `+HH:MM`, where the camera wrote one.
    package var zone: String?
    /// The camera's maker, such as `Canon`.
    package var maker: String?
    /// The camera's model.
    package var model: String?
    /// Degrees north, −90…90. Never shown to anybody; tells season and daylight only.
    package var latitude: Double?
    /// Degrees east, −180…180. Never shown to anybody; tells season and daylight only.
    package var longitude: Double?
    /// Metres above sea level; negative below.
    package var altitude: Double?

    package init() {}
}
