/// What a camera wrote about the moment of capture; nil where it wrote nothing that can be believed.
package struct EXIFFacts: Sendable, Equatable {
    /// The local wall-clock time of the capture, `YYYY-MM-DDTHH:MM:SS`.
    package var localTime: String?
    /// The zone of that time as `+HH:MM`.
    package var zone: String?
    package var maker: String?
    package var model: String?
    /// The serial number of the camera's body.
    package var serial: String?
    /// 1…8.
    package var orientation: Int?
    /// Degrees north, −90…90.
    package var latitude: Double?
    /// Degrees east, −180…180.
    package var longitude: Double?
    /// Metres above sea level; negative below.
    package var altitude: Double?
    /// The direction the camera looked to, degrees clockwise from north, 0..<360.
    package var heading: Double?

    package init() {}
}
