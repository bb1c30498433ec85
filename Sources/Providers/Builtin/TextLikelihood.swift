import Domain

/// Whether a picture seems to hold legible text: cheap, to spare the recogniser textless photos.
package struct TextLikelihood: Sendable, Equatable {
    /// How much of the picture looks like rows of letters; about 1 at the border of likely.
    package let score: Float

    package var isLikely: Bool { score >= 1 }

    package init(_ raster: Raster) {
        score = TextRows(raster).score
    }
}
