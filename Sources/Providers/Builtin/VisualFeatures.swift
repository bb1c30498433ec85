/// What a picture looks like, as numbers that barely move between near views of one scene.
///
/// Colour is taken relative to lightness and lightness relative to its mean, so exposure does not
/// count for much; tilt and position enter only through smooth functions.
enum VisualFeatures {
    /// The raw features of `image`: colour, tone, layout, lines, texture; `count` values.
    static func measure(_ image: SceneImage) -> [Float] {
        var features: [Float] = []
        features.reserveCapacity(count)
        features += colors(image)
        features += tone(image)
        features += layout(image)
        features += lines(image)
        features += texture(image)
        features += filters(image)
        features += exposure(image)
        return features
    }

    static let count =
        hueCount * 3 + 1 + (hueCount + 1) * 3 + 3
        + 10 + 4
        + 3 * 15
        + 4 * 8 + 4 * 6
        + 5 + 3 * 3 + 15
        + filterCount * 2
        + 3
}

/// From 0 to 1 while `value` goes from `low` to `high`.
func ramp(_ value: Float, from low: Float, to high: Float) -> Float {
    min(max((value - low) / (high - low), 0), 1)
}
