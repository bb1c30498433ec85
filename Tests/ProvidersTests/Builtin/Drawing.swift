import Domain
import Testing

/// Pictures that the tests draw themselves, in double precision and at any size.
struct Drawing: Sendable {
    let name: String
    /// Width by height of the full view.
    var ratio = 1.5
    /// The colour (red, green, blue in 0…1) at a place in 0…1 from left and top.
    let color: @Sendable (Double, Double) -> (Double, Double, Double)

    /// What a camera changes from one view of a scene to the next.
    struct View: Sendable, CustomStringConvertible {
        var description: String
        var width = 256
        /// How many drawn pixels become one on each side.
        var shrink = 1
        /// Left, top and size of the part that is seen, in 0…1.
        var left = 0.0
        var top = 0.0
        var size = 1.0
        /// In degrees, around the middle; the part seen shrinks so that no corner shows.
        var turn = 0.0
        var brightness = 1.0
        /// Steps of the sample values, as a coarse quantiser leaves them.
        var step = 1
    }

    /// What the scene looks like in `view`.
    func raster(_ view: View = View(description: "as it is")) -> Raster {
        shrunk(drawn(view), by: view.shrink)
    }

    /// Means of `factor` × `factor` pixels.
    private func shrunk(_ raster: Raster, by factor: Int) -> Raster {
        guard factor > 1 else { return raster }
        let (width, height) = (raster.width / factor, raster.height / factor)
        var rgb: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                for channel in 0..<3 {
                    var sum = 0
                    for dy in 0..<factor {
                        for dx in 0..<factor {
                            let i = (y * factor + dy) * raster.width + x * factor + dx
                            sum += Int(raster.rgb[i * 3 + channel])
                        }
                    }
                    rgb.append(UInt8(sum / (factor * factor)))
                }
            }
        }
        return Raster(width: width, height: height, rgb: rgb)
    }

    private func drawn(_ view: View) -> Raster {
        let height = max(1, Int(Double(view.width) / ratio))
        let angle = view.turn * 0.017_453_292_52
        // Enough for 5 degrees in any of the shapes used here.
        let size = view.turn == 0 ? view.size : view.size * 0.86
        var rgb: [UInt8] = []
        rgb.reserveCapacity(view.width * height * 3)
        // Small-angle rotation is exact enough and needs no library function.
        let (cosine, sine) = (1 - angle * angle / 2, angle - angle * angle * angle / 6)
        for y in 0..<height {
            for x in 0..<view.width {
                let dx = ((Double(x) + 0.5) / Double(view.width) - 0.5) * size
                let dy = ((Double(y) + 0.5) / Double(height) - 0.5) * size
                let u = 0.5 + dx * cosine - dy / ratio * sine + view.left + (view.size - 1) / 2
                let v = 0.5 + dx * ratio * sine + dy * cosine + view.top + (view.size - 1) / 2
                let (r, g, b) = color(u, v)
                for channel in [r, g, b] {
                    let value = min(max(channel * view.brightness * 255, 0), 255)
                    rgb.append(UInt8(Int(value) / view.step * view.step))
                }
            }
        }
        return Raster(width: view.width, height: height, rgb: rgb)
    }
}

extension Drawing {
    /// A number in 0…1 that depends on a lattice point only.
    private static func hash(_ x: Int, _ y: Int, _ seed: Int) -> Double {
        var z = UInt64(bitPattern: Int64(x &* 73_856_093 ^ y &* 19_349_663 ^ seed &* 83_492_791))
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return Double((z ^ (z >> 31)) & 0xffff) / 65535
    }

    /// Smooth noise with about `cells` bumps across.
    static func noise(_ u: Double, _ v: Double, _ cells: Double, _ seed: Int) -> Double {
        let (x, y) = (u * cells, v * cells)
        let (x0, y0) = (x.rounded(.down), y.rounded(.down))
        let (fx, fy) = (x - x0, y - y0)
        let (sx, sy) = (fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy))
        let (i, j) = (Int(x0), Int(y0))
        let top = hash(i, j, seed) * (1 - sx) + hash(i + 1, j, seed) * sx
        let low = hash(i, j + 1, seed) * (1 - sx) + hash(i + 1, j + 1, seed) * sx
        return top * (1 - sy) + low * sy
    }

    private static func blend(
        _ p: (Double, Double, Double), _ q: (Double, Double, Double), _ t: Double
    ) -> (Double, Double, Double) {
        let t = min(max(t, 0), 1)
        return (p.0 + (q.0 - p.0) * t, p.1 + (q.1 - p.1) * t, p.2 + (q.2 - p.2) * t)
    }

    private static func distance(_ u: Double, _ v: Double, _ x: Double, _ y: Double) -> Double {
        ((u - x) * (u - x) + (v - y) * (v - y)).squareRoot()
    }

    /// Scenes of many kinds: landscapes, still lives, textures, night, print.
    static let scenes: [Drawing] = [
        Drawing(name: "sunset over water") { u, v in
            let sky = blend((0.25, 0.2, 0.45), (0.98, 0.6, 0.25), v * 1.8)
            let glow = max(0, 1 - distance(u, v, 0.62, 0.48) * 3)
            let water = blend((0.55, 0.3, 0.3), (0.1, 0.1, 0.25), (v - 0.55) * 2.2)
            let ripple = noise(u, v, 60, 3) * 0.2 * v
            let base = v < 0.55 ? sky : (water.0 + ripple, water.1 + ripple, water.2 + ripple)
            return blend(base, (1, 0.85, 0.5), glow * glow)
        },
        Drawing(name: "meadow") { u, v in
            let grass = noise(u * 4, v, 70, 5) * 0.45 + noise(u, v, 12, 6) * 0.25
            if v < 0.35 {
                return blend((0.35, 0.6, 0.95), (0.85, 0.93, 1), v * 2.5 + noise(u, v, 5, 8) * 0.4)
            }
            return (0.15 + grass * 0.5, 0.32 + grass * 0.7, 0.08 + grass * 0.2)
        },
        Drawing(name: "street at night") { u, v in
            var light = 0.0
            for i in 0..<7 {
                let d = distance(
                    u, v, 0.1 + Double(i) * 0.14, 0.3 + noise(Double(i) / 7, 0, 7, 9) * 0.25)
                light += max(0, 1 - d * 14)
            }
            let wall =
                noise(u, v, 25, 10) * 0.08 + ((u * 9).rounded(.down) + (v * 6).rounded(.down))
                .truncatingRemainder(dividingBy: 2) * 0.04
            return (wall + light, wall + light * 0.75, wall * 1.5 + light * 0.35)
        },
        Drawing(name: "red disc on white", ratio: 1) { u, v in
            distance(u, v, 0.5, 0.5) < 0.27 ? (0.82, 0.1, 0.12) : (0.95, 0.95, 0.93 - v * 0.06)
        },
        Drawing(name: "brick wall") { u, v in
            let row = (v * 14).rounded(.down)
            let x = u * 8 + row.truncatingRemainder(dividingBy: 2) * 0.5
            let mortar = v * 14 - row < 0.12 || x - x.rounded(.down) < 0.06
            let tint = hash(Int(x.rounded(.down)), Int(row), 4) * 0.25 + noise(u, v, 90, 2) * 0.15
            return mortar ? (0.75, 0.72, 0.68) : (0.5 + tint, 0.22 + tint * 0.4, 0.16 + tint * 0.3)
        },
        Drawing(name: "rusty plate", ratio: 0.8) { u, v in
            let n = noise(u, v, 7, 21) * 0.6 + noise(u, v, 30, 22) * 0.4
            return blend((0.25, 0.13, 0.08), (0.78, 0.42, 0.16), n * 1.4 - 0.2)
        },
        Drawing(name: "cracked grey wall") { u, v in
            let line = abs(u - 0.3 - v * 0.35 - (noise(u, v, 9, 31) - 0.5) * 0.2)
            let grain = noise(u, v, 120, 32) * 0.1
            let tone = line < 0.008 ? 0.2 : 0.62 + grain + noise(u, v, 4, 33) * 0.12
            return (tone, tone * 0.98, tone * 0.94)
        },
        Drawing(name: "mug on a table", ratio: 0.75) { u, v in
            if abs(u - 0.45) < 0.22 && abs(v - 0.5) < 0.2 {
                return blend((0.15, 0.35, 0.7), (0.45, 0.65, 0.95), (u - 0.25) * 2)
            }
            if v > 0.66 {
                return blend((0.55, 0.36, 0.2), (0.4, 0.24, 0.12), noise(u, v * 8, 20, 41))
            }
            return blend((0.93, 0.9, 0.82), (0.8, 0.76, 0.68), u)
        },
        Drawing(name: "stripes", ratio: 1.33) { u, _ in
            (u * 12).truncatingRemainder(dividingBy: 1) < 0.5
                ? (0.1, 0.15, 0.35) : (0.96, 0.94, 0.88)
        },
        Drawing(name: "forest", ratio: 0.7) { u, v in
            let trunk = noise(u, 0, 16, 51) > 0.62
            let leaf = noise(u, v, 45, 52) * 0.4 + noise(u, v, 10, 53) * 0.3
            if trunk && v > 0.25 { return (0.18 + leaf * 0.15, 0.13 + leaf * 0.1, 0.09) }
            return (0.08 + leaf * 0.3, 0.2 + leaf * 0.55, 0.1 + leaf * 0.15)
        },
        Drawing(name: "pastel clouds", ratio: 1.78) { u, v in
            let n = noise(u, v, 3, 61) * 0.6 + noise(u, v, 7, 62) * 0.4
            return blend((0.98, 0.8, 0.84), (0.72, 0.8, 0.97), n * 1.5 - 0.3 + v * 0.2)
        },
        Drawing(name: "teal and orange fruit", ratio: 1) { u, v in
            for (x, y, r) in [(0.33, 0.4, 0.17), (0.62, 0.55, 0.2), (0.4, 0.74, 0.14)]
            where distance(u, v, x, y) < r {
                let shade = 1 - distance(u, v, x - r / 3, y - r / 3) / r * 0.5
                return (0.98 * shade, 0.55 * shade, 0.1 * shade)
            }
            return (0.08, 0.42 + v * 0.12, 0.45 + v * 0.1)
        },
    ]

    /// Near views of a scene, as a second look at it would be.
    static let nearViews: [View] = [
        View(description: "half the size", shrink: 2),
        View(description: "a quarter of the size", shrink: 4),
        View(description: "darker", brightness: 0.8),
        View(description: "brighter", brightness: 1.2),
        View(description: "upper left 70 %", size: 0.837),
        View(description: "lower right 70 %", left: 0.163, top: 0.163, size: 0.837),
        View(description: "middle 70 %", left: 0.08, top: 0.08, size: 0.837),
        View(description: "turned left", turn: -5),
        View(description: "turned right", turn: 5),
        View(description: "coarse values", step: 12),
    ]
}

/// A raster under a name, so that reports of tests show that instead of its pixels.
struct Picture: Sendable, CustomTestStringConvertible {
    let name: String
    let raster: Raster

    var testDescription: String { name }

    /// The scenes as they are.
    static let scenes = Drawing.scenes.map { Picture(name: $0.name, raster: $0.raster()) }
}
