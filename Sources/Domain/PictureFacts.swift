/// What a picture's pixels say about it.
package struct PictureFacts: Sendable, Equatable {
    /// A colour and the part of the picture that it stands for.
    package struct Color: Sendable, Equatable {
        /// `#rrggbb` in lower case.
        package var hex: String
        /// 0…1 with four decimals.
        package var share: Double

        package init(hex: String, share: Double) {
            self.hex = hex
            self.share = share
        }
    }

    /// At most five, largest share first.
    package var palette: [Color]
    package var isBlackAndWhite: Bool
    package var isPhotograph: Bool
    /// `neutral`, `pastel`, `earthtone`, `vibrant` or `muted`.
    package var suitability: String
    /// How much of the outer frame is white, 0…1 with three decimals.
    package var whiteEdgeScore: Double

    package init(
        palette: [Color], isBlackAndWhite: Bool, isPhotograph: Bool, suitability: String,
        whiteEdgeScore: Double
    ) {
        self.palette = palette
        self.isBlackAndWhite = isBlackAndWhite
        self.isPhotograph = isPhotograph
        self.suitability = suitability
        self.whiteEdgeScore = whiteEdgeScore
    }

    /// The palette as it is stored: `#rrggbb 0.1234` and the like, separated by commas.
    package var paletteText: String {
        palette.map { "\($0.hex) \($0.share)" }.joined(separator: ",")
    }

    /// The palette that `paletteText` wrote.
    package static func palette(in text: String) -> [Color] {
        text.split(separator: ",").compactMap { item in
            let parts = item.split(separator: " ")
            guard parts.count == 2, let share = Double(parts[1]) else { return nil }
            return Color(hex: String(parts[0]), share: share)
        }
    }
}
