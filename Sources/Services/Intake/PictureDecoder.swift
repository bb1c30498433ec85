import Domain
import Imaging

/// Takes pictures apart: in caged worker processes in the daemon, in the own process in tests.
package struct PictureDecoder: Sendable {
    /// Decodes the file behind a descriptor once and makes everything of it.
    package let intake: @Sendable (Int32, IntakeParameters) async throws(ImageError) -> IntakeResult

    package init(
        intake:
            @escaping @Sendable (Int32, IntakeParameters) async throws(ImageError) ->
            IntakeResult
    ) {
        self.intake = intake
    }
}

extension Raster {
    /// The pixels of an RGB bitmap.
    init(_ bitmap: Bitmap) {
        self.init(width: bitmap.width, height: bitmap.height, rgb: bitmap.samples)
    }
}

extension IntakeResult {
    /// Width and height once EXIF's orientation is applied.
    var uprightSize: (width: Int, height: Int) {
        orientation >= 5 ? (height, width) : (width, height)
    }
}

extension CaptureFacts {
    /// What of EXIF may reach a provider.
    init(_ facts: EXIFFacts) {
        self.init()
        localTime = facts.localTime
        zone = facts.zone
        maker = facts.maker
        model = facts.model
        latitude = facts.latitude
        longitude = facts.longitude
        altitude = facts.altitude
    }
}
