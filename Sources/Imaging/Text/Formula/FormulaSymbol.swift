/// One sign of a line: what its shape alone says it is, or a letter or digit that is still to be read.
struct FormulaSymbol {
    var pieces: [Int]
    var box: InkPiece
    /// Nil until it is known.
    var text: Character?
    /// Whether it stands above the line like an exponent.
    var isRaised = false
    /// White before it, in heights of the line.
    var gap = 0.0

    /// The signs of a line from left to right.
    static func all(in line: InkLine, on sheet: InkSheet) -> [FormulaSymbol] {
        var symbols: [FormulaSymbol] = []
        let percents = percents(in: line, on: sheet)
        for number in line.pieces {
            if let percent = percents[number] {
                if let percent { symbols.append(percent) }
                continue
            }
            let piece = sheet.pieces[number]
            if let last = symbols.last, belongs(piece, to: last, line, sheet) {
                symbols[symbols.count - 1].pieces.append(number)
                symbols[symbols.count - 1].box = last.box.joined(piece)
            } else {
                symbols.append(FormulaSymbol(pieces: [number], box: piece))
            }
        }
        for index in symbols.indices {
            if symbols[index].text == nil { symbols[index].classify(in: line, on: sheet) }
            if index > 0 {
                symbols[index].gap =
                    Double(symbols[index].box.left - symbols[index - 1].box.right) / line.height
            }
        }
        return joinedColons(symbols, line)
    }

    /// Whether a piece stands above or below what is there already: a dot, the second bar of =.
    private static func belongs(
        _ piece: InkPiece, to symbol: FormulaSymbol, _ line: InkLine, _ sheet: InkSheet
    ) -> Bool {
        let shared = symbol.box.sharedColumns(piece)
        // The dot in a zero.
        if shared == piece.width, symbol.box.sharedRows(piece) == piece.height { return true }
        guard shared * 2 > min(symbol.box.width, piece.width) else { return false }
        return symbol.pieces.allSatisfy { sheet.pieces[$0].sharedRows(piece) * 4 <= piece.height }
    }

    /// The % whose rings do not touch its stroke: under its first piece the sign, under the others nothing.
    private static func percents(
        in line: InkLine, on sheet: InkSheet
    ) -> [Int: FormulaSymbol?] {
        var found: [Int: FormulaSymbol?] = [:]
        for start in line.pieces.indices.dropLast(2) {
            let triple = Array(line.pieces[start..<start + 3])
            guard triple.allSatisfy({ found[$0] == nil }) else { continue }
            let rings = triple.filter { number in
                let piece = sheet.pieces[number]
                return (0.25...0.7).contains(Double(piece.height) / line.height)
                    && Stencil([number], piece, on: sheet).isRing
            }
            guard rings.count == 2, let stroke = triple.first(where: { !rings.contains($0) })
            else { continue }
            let (first, second) = (sheet.pieces[rings[0]], sheet.pieces[rings[1]])
            let bar = sheet.pieces[stroke]
            let box = first.joined(second).joined(bar)
            guard first.left < second.left,
                Double(second.middle - first.middle) > 0.22 * line.height,
                bar.sharedColumns(first.joined(second)) * 10 >= bar.width * 7,
                (0.8...1.4).contains(Double(box.height) / line.height),
                Double(box.width) < 1.5 * line.height
            else { continue }
            for number in triple { found[number] = .some(nil) }
            found[triple[0]] = FormulaSymbol(pieces: triple, box: box, text: "%")
        }
        return found
    }

    /// The dots of a slanted colon.
    private static func joinedColons(_ symbols: [FormulaSymbol], _ line: InkLine)
        -> [FormulaSymbol]
    {
        var joined: [FormulaSymbol] = []
        for symbol in symbols {
            let dots: [Character?] = [".", "·"]
            if let last = joined.last, dots.contains(last.text), dots.contains(symbol.text),
                last.text != symbol.text, symbol.gap < 0.15
            {
                joined[joined.count - 1].text = ":"
                joined[joined.count - 1].box = last.box.joined(symbol.box)
            } else {
                joined.append(symbol)
            }
        }
        return joined
    }

    private mutating func classify(in line: InkLine, on sheet: InkSheet) {
        let feet = line.baseline(at: (box.left + box.right) / 2)
        // In heights of the line, from its foot upwards.
        let bottom = (feet - Double(box.bottom)) / line.height
        let top = (feet - Double(box.top) + 1) / line.height
        switch pieces.count {
        case 1: text = single(bottom: bottom, top: top, line, sheet)
        case 2: text = pair(line, sheet)
        case 3: text = triple(line, sheet)
        default: break
        }
        isRaised =
            text == nil && bottom > 0.26 && top > 0.75
            && Double(box.height) < 0.8 * line.height
    }

    private func single(
        bottom: Double, top: Double, _ line: InkLine, _ sheet: InkSheet
    ) -> Character? {
        let shape = Stencil(pieces, box, on: sheet)
        let height = Double(box.height) / line.height
        let width = Double(box.width) / line.height
        if height < 0.36, shape.isBar, width > 0.16 { return top < 0.12 ? "_" : "-" }
        if height < 0.62, width < 0.45, top < 0.36, bottom < 0.12 {
            let isLong = height > 1.25 * width
            return bottom < -0.13 || isLong && bottom < -0.05 || height > 1.6 * width ? "," : "."
        }
        if height < 0.34, width < 0.34, shape.isDot { return top < 0.8 ? "·" : "'" }
        if height < 0.68, bottom > 0.08, shape.isStar { return "*" }
        if height < 0.94, shape.isPlus { return "+" }
        if shape.isCross, bottom > 0.045, top < 0.95 { return "×" }
        if bottom > 0.2, shape.isCaret { return "^" }
        if height > 0.85 {
            if shape.isSlash { return "/" }
            if height > 0.98, let bracket = shape.bracket {
                return bracket == .opening ? "(" : ")"
            }
        }
        if height > 0.5, shape.isBox { return "_" }
        return nil
    }

    private func pair(_ line: InkLine, _ sheet: InkSheet) -> Character? {
        let parts = pieces.map { sheet.pieces[$0] }.sorted { $0.top < $1.top }
        let shapes = zip(pieces, pieces.map { sheet.pieces[$0] }).sorted { $0.1.top < $1.1.top }
            .map { Stencil([$0.0], $0.1, on: sheet) }
        let (upper, lower) = (parts[0], parts[1])
        // Founts for programs mark their zeros.
        if upper.sharedColumns(lower) == lower.width, upper.sharedRows(lower) == lower.height {
            return Double(upper.height) > 0.85 * line.height
                && Double(lower.height) < 0.45 * line.height ? "0" : nil
        }
        if shapes.allSatisfy(\.isBar), upper.width * 10 > lower.width * 7,
            lower.width * 10 > upper.width * 7
        {
            return "="
        }
        let small = 0.36 * line.height
        let isDot = shapes.indices.map {
            shapes[$0].isDot && Double(parts[$0].height) < small
                && Double(parts[$0].width) < small
        }
        if isDot[0], isDot[1] { return ":" }
        if isDot[1], lower.top > upper.bottom, Double(upper.height) > 0.4 * line.height,
            Double(upper.width) > 0.24 * line.height
        {
            return "?"
        }
        return nil
    }

    private func triple(_ line: InkLine, _ sheet: InkSheet) -> Character? {
        let parts = pieces.map { ($0, sheet.pieces[$0]) }.sorted { $0.1.middle < $1.1.middle }
        let middle = Stencil([parts[1].0], parts[1].1, on: sheet)
        let small = 0.36 * line.height
        let areDots = [parts[0].1, parts[2].1].allSatisfy {
            Double($0.height) < small && Double($0.width) < small
        }
        return middle.isBar && areDots ? "÷" : nil
    }
}
