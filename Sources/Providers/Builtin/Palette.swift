/// The colours of a picture by name and share.
struct Palette: Sendable, Equatable {
    /// A family's part in the picture, under the name of its nuance.
    struct Entry: Sendable, Equatable {
        var family: ColorFamily
        /// The nuance nearest to the mean of the family's pixels, such as `terracotta`.
        var name: String
        /// Part of the picture, 0…1.
        var share: Float
        var color: LabColor
    }

    /// Families from the largest share down; shares below 1 % are left out.
    let entries: [Entry]
    /// Share of every nuance in `ColorName.all`, without hard borders between neighbours.
    let nuances: [Float]
    /// Share of every family, without hard borders.
    let families: [Float]

    init(_ image: SceneImage) {
        let cells = Palette.cells(of: image)
        let names = ColorName.all
        var nuances = [Float](repeating: 0, count: names.count)
        var shares = [Float](repeating: 0, count: ColorFamily.allCases.count)
        var sums = [LabColor](repeating: LabColor(l: 0, a: 0, b: 0), count: shares.count)
        var near = nuances
        for cell in cells {
            var total: Float = 0
            var best = 0
            var least = Float.greatestFiniteMagnitude
            for i in names.indices {
                let square = names[i].squaredDistance(to: cell.color)
                if square < least {
                    least = square
                    best = i
                }
                // A long-tailed bump: its fourth power is nil a few nuances away.
                let bump = 1 / (1 + square / 260)
                near[i] = bump * bump * bump * bump
                total += near[i]
            }
            for i in names.indices { nuances[i] += cell.share * near[i] / total }
            let family = names[best].family.rawValue
            shares[family] += cell.share
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
            let name = Palette.nearest(to: mean, in: family)
            return Entry(family: family, name: name, share: share, color: mean)
        }
        .sorted { ($0.share, $1.family.rawValue) > ($1.share, $0.family.rawValue) }
    }

    func share(_ family: ColorFamily) -> Float { families[family.rawValue] }

    private static func nearest(to color: LabColor, in family: ColorFamily) -> String {
        var best = ""
        var least = Float.greatestFiniteMagnitude
        for name in ColorName.all where name.family == family {
            let square = name.squaredDistance(to: color)
            if square < least {
                least = square
                best = name.name
            }
        }
        return best
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
