/// The colours of a picture by name and share.
struct Palette: Sendable, Equatable {
    /// A family's part in the picture, under the name of its nuance.
    struct Entry: Sendable, Equatable {
        var family: ColorFamily
        /// The family's main nuance, such as `terracotta`.
        var name: String
        /// Part of the picture, 0…1.
        var share: Float
        /// The mean of the family's pixels.
        var color: LabColor

        /// How much the eye is drawn to it: strong and light colours more than grey and dark ones.
        var prominence: Float {
            share * (0.4 + min(color.chroma, 60) / 40) * (0.5 + color.l / 100)
        }
    }

    /// Families from the largest share down; shares below 1 % are left out.
    let entries: [Entry]
    /// Share of every nuance in `ColorName.all`, without hard borders between neighbours and
    /// averaged over slightly different exposures, so that it barely moves between near views.
    let nuances: [Float]
    /// Share of every family, as soft as that of the nuances.
    let families: [Float]

    /// Factors on L* + 16 that stand for a little less and a little more light.
    private static let exposures: [Float] = [0.87, 1, 1.13]

    init(_ image: SceneImage) {
        let exposures = Palette.exposures
        let cells = Palette.cells(of: image)
        let names = ColorName.all
        var nuances = [Float](repeating: 0, count: names.count)
        var shares = [Float](repeating: 0, count: ColorFamily.allCases.count)
        var sums = [LabColor](repeating: LabColor(l: 0, a: 0, b: 0), count: shares.count)
        var near = nuances
        var hard = nuances
        for cell in cells {
            var best = 0
            var least = Float.greatestFiniteMagnitude
            for i in names.indices {
                let square = names[i].squaredDistance(to: cell.color)
                if square < least {
                    least = square
                    best = i
                }
            }
            for gain in exposures {
                let color = cell.color.exposed(gain)
                var total: Float = 0
                for i in names.indices {
                    // A long-tailed bump: its fourth power is nil a few nuances away.
                    let bump = 1 / (1 + names[i].squaredDistance(to: color) / 260)
                    near[i] = bump * bump * bump * bump
                    total += near[i]
                }
                let part = cell.share / (total * Float(exposures.count))
                for i in names.indices { nuances[i] += near[i] * part }
            }
            let family = names[best].family.rawValue
            shares[family] += cell.share
            hard[best] += cell.share
            sums[family].l += cell.color.l * cell.share
            sums[family].a += cell.color.a * cell.share
            sums[family].b += cell.color.b * cell.share
        }
        var families = [Float](repeating: 0, count: shares.count)
        for i in names.indices { families[names[i].family.rawValue] += nuances[i] }
        self.nuances = nuances
        self.families = families
        entries = ColorFamily.allCases.compactMap { family in
            let share = shares[family.rawValue]
            guard share >= 0.01 else { return nil }
            let sum = sums[family.rawValue]
            let mean = LabColor(l: sum.l / share, a: sum.a / share, b: sum.b / share)
            let name = Palette.mainNuance(of: family, hard)
            return Entry(family: family, name: name, share: share, color: mean)
        }
        .sorted { ($0.share, $1.family.rawValue) > ($1.share, $0.family.rawValue) }
    }

    func share(_ family: ColorFamily) -> Float { families[family.rawValue] }

    /// The name of the family's nuance that most pixels are nearest to.
    private static func mainNuance(of family: ColorFamily, _ shares: [Float]) -> String {
        var best = (name: "", share: Float(-1))
        for (name, share) in zip(ColorName.all, shares) where name.family == family {
            if share > best.share { best = (name.name, share) }
        }
        return best.name
    }

    private struct Cell {
        var color: LabColor
        var share: Float
    }

    /// The mean colours of small boxes in colour space, with the part of the picture each holds.
    private static func cells(of image: SceneImage) -> [Cell] {
        var counts = [Float](repeating: 0, count: 16 * 32 * 32)
        var l = counts
        var a = counts
        var b = counts
        for i in 0..<image.count {
            let color = image.color(i)
            let box =
                (min(max(Int(color.l / 6.4), 0), 15) * 32 + min(max(Int(color.a / 8) + 16, 0), 31))
                * 32 + min(max(Int(color.b / 8) + 16, 0), 31)
            counts[box] += 1
            l[box] += color.l
            a[box] += color.a
            b[box] += color.b
        }
        return counts.indices.compactMap { box in
            let count = counts[box]
            guard count > 0 else { return nil }
            let color = LabColor(l: l[box] / count, a: a[box] / count, b: b[box] / count)
            return Cell(color: color, share: count / Float(image.count))
        }
    }
}
