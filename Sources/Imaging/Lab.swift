import Glibc

/// A colour in CIE Lab under D65, where equal distances look about equally different.
package struct Lab: Sendable, Equatable {
    package var l: Double
    package var a: Double
    package var b: Double

    package init(l: Double, a: Double, b: Double) {
        self.l = l
        self.a = a
        self.b = b
    }

    /// From sRGB samples 0…255.
    package init(red: Double, green: Double, blue: Double) {
        let (r, g, b) = (Self.linear(red / 255), Self.linear(green / 255), Self.linear(blue / 255))
        let x = Self.curve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047)
        let y = Self.curve(0.2126729 * r + 0.7151522 * g + 0.0721750 * b)
        let z = Self.curve((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883)
        self.init(l: 116 * y - 16, a: 500 * (x - y), b: 200 * (y - z))
    }

    /// The nearest sRGB samples.
    package var sRGB: (UInt8, UInt8, UInt8) {
        let fy = (l + 16) / 116
        let x = Self.inverseCurve(fy + a / 500) * 0.95047
        let y = Self.inverseCurve(fy)
        let z = Self.inverseCurve(fy - b / 200) * 1.08883
        return (
            Self.sample(3.2404542 * x - 1.5371385 * y - 0.4985314 * z),
            Self.sample(-0.9692660 * x + 1.8760108 * y + 0.0415560 * z),
            Self.sample(0.0556434 * x - 0.2040259 * y + 1.0572252 * z)
        )
    }

    /// How colourful: the distance from grey.
    package var chroma: Double { (a * a + b * b).squareRoot() }

    /// The direction of the colour in degrees: 0 red, 90 yellow, 180 green, 270 blue.
    package var hue: Double {
        let degrees = atan2(b, a) * 180 / .pi
        return degrees < 0 ? degrees + 360 : degrees
    }

    package func squaredDistance(to other: Lab) -> Double {
        let (dl, da, db) = (l - other.l, a - other.a, b - other.b)
        return dl * dl + da * da + db * db
    }

    private static func linear(_ value: Double) -> Double {
        value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }

    private static func curve(_ t: Double) -> Double {
        t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116
    }

    private static func inverseCurve(_ t: Double) -> Double {
        t * t * t > 216.0 / 24389 ? t * t * t : (116 * t - 16) * 27 / 24389
    }

    private static func sample(_ linear: Double) -> UInt8 {
        let value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055
        return UInt8(max(0, min(255, (value * 255).rounded())))
    }
}
