import CTesseract

/// Reads lines of sums and equations: signs by their shape, letters and digits by Tesseract.
struct FormulaReader {
    let engine: OpaquePointer

    /// More lines or signs than anybody solves are not read.
    private static let maximumLines = 200
    private static let maximumSymbols = 600
    private static let alphabet =
        "0123456789abckmnprstuvwxyz%?"

    /// The lines from top to bottom, as typed; what was read by then when the time is over.
    func lines(in picture: Bitmap, deadline: Deadline) -> [String] {
        guard let sheet = Self.sheet(of: picture) else { return [] }
        TessBaseAPISetVariable(engine, "tessedit_char_whitelist", Self.alphabet)
        defer {
            TessBaseAPISetVariable(engine, "tessedit_char_whitelist", "")
            TessBaseAPISetPageSegMode(engine, PSM_SINGLE_LINE)
        }
        var lines: [String] = []
        for line in InkLine.all(on: sheet).prefix(Self.maximumLines) where !deadline.isOver {
            let symbols = FormulaSymbol.all(in: line, on: sheet)
            guard symbols.count <= Self.maximumSymbols else { continue }
            let text = text(of: symbols, line, sheet, deadline)
            if !text.isEmpty { lines.append(text) }
        }
        return lines
    }

    /// The sheet with digits 30 to 90 pixels high.
    private static func sheet(of picture: Bitmap) -> InkSheet? {
        var picture = picture.luma()
        while picture.width * picture.height > 8_000_000 { picture = picture.reduced(by: 2) }
        guard let sheet = InkSheet(picture) else { return nil }
        guard let height = InkLine.textHeight(of: sheet) else { return nil }
        guard height < 30 || height > 90 else { return sheet }
        let zoom = min(
            44 / height, 6, (8_000_000 / Double(picture.width * picture.height)).squareRoot())
        return InkSheet(
            picture.resized(
                width: max(1, Int((Double(picture.width) * zoom).rounded())),
                height: max(1, Int((Double(picture.height) * zoom).rounded()))))
    }

    private func text(
        of symbols: [FormulaSymbol], _ line: InkLine, _ sheet: InkSheet, _ deadline: Deadline
    ) -> String {
        let read = glyphs(of: symbols, line, sheet, deadline)
        var text = ""
        var isRaised = false
        for index in symbols.indices {
            var piece = symbols[index].text.map(String.init) ?? read[index] ?? "?"
            if symbols[index].text == nil {
                piece = Self.settled(piece, symbols[index], line)
            }
            // A raised digit is an exponent; each of a row of them belongs to the same one.
            if symbols[index].isRaised, piece.allSatisfy(\.isNumber) {
                if !isRaised { text += "^" }
                isRaised = true
            } else {
                isRaised = false
            }
            // The second ring of a % whose first is one with the stroke.
            if text.hasSuffix("%"), symbols[index].text == nil, symbols[index].gap < 0.1,
                Double(symbols[index].box.height) < 0.7 * line.height
            {
                continue
            }
            if index > 0, symbols[index].gap > Self.blank(symbols[index - 1], symbols[index]) {
                text += " "
            }
            text += piece
        }
        return text
    }

    /// The least white, in heights of the line, that is a blank: in founts of one width a stop has much around it.
    private static func blank(_ first: FormulaSymbol, _ second: FormulaSymbol) -> Double {
        let marks: [Character?] = [".", ","]
        return marks.contains(first.text) || marks.contains(second.text) ? 0.9 : 0.42
    }

    /// What a letter's height says about it: small letters are lower than digits.
    private static func settled(
        _ text: String, _ symbol: FormulaSymbol, _ line: InkLine
    ) -> String {
        guard !symbol.isRaised, text.count == 1, let character = text.first else { return text }
        let top =
            (line.baseline(at: (symbol.box.left + symbol.box.right) / 2)
                - Double(symbol.box.top)) / line.height
        if top > 0.88 {
            switch character {
            case "z": return "2"
            case "s": return "5"
            case "|": return "1"
            default: return text
            }
        }
        if top < 0.84 {
            switch character {
            case "2": return "z"
            case "5": return "s"
            default: return text
            }
        }
        return text
    }

    // MARK: - Letters and digits

    /// What Tesseract reads in the symbols that shape alone does not tell, by their place in the line.
    private func glyphs(
        of symbols: [FormulaSymbol], _ line: InkLine, _ sheet: InkSheet, _ deadline: Deadline
    ) -> [Int: String] {
        var runs: [[Int]] = []
        for index in symbols.indices where symbols[index].text == nil {
            if let last = runs.last?.last, last == index - 1,
                symbols[last].isRaised == symbols[index].isRaised, symbols[index].gap < 0.6
            {
                runs[runs.count - 1].append(index)
            } else {
                runs.append([index])
            }
        }
        var found = read(runs, symbols, line, sheet, PSM_SINGLE_LINE)
        for run in runs where !deadline.isOver && run.contains(where: { found[$0] == nil }) {
            for index in run { found[index] = nil }
            found.merge(read([run], symbols, line, sheet, PSM_SINGLE_WORD)) { $1 }
            for mode in [PSM_SINGLE_CHAR, PSM_RAW_LINE] {
                for index in run where found[index] == nil {
                    found.merge(read([[index]], symbols, line, sheet, mode)) { $1 }
                }
            }
        }
        return found
    }

    /// The characters of runs printed side by side; of a symbol nothing where not just one was seen.
    private func read(
        _ runs: [[Int]], _ symbols: [FormulaSymbol], _ line: InkLine, _ sheet: InkSheet,
        _ mode: TessPageSegMode
    ) -> [Int: String] {
        guard !runs.isEmpty else { return [:] }
        // The recogniser errs most about what comes first, so the first run is printed twice.
        let strip = FormulaStrip(
            mode == PSM_SINGLE_CHAR ? runs : [runs[0]] + runs, symbols, line, sheet)
        TessBaseAPISetPageSegMode(engine, mode)
        var found: [Int: String] = [:]
        let picture = strip.bitmap
        picture.samples.withUnsafeBufferPointer { samples in
            TessBaseAPISetImage(
                engine, samples.baseAddress, Int32(picture.width), Int32(picture.height), 1,
                Int32(picture.width))
            TessBaseAPISetSourceResolution(engine, 300)
            defer { TessBaseAPIClear(engine) }
            guard TessBaseAPIRecognize(engine, nil) == 0,
                let results = TessBaseAPIGetIterator(engine)
            else { return }
            defer { TessResultIteratorDelete(results) }
            guard let page = TessResultIteratorGetPageIterator(results) else { return }
            repeat {
                guard let text = TessResultIteratorGetUTF8Text(results, RIL_SYMBOL) else {
                    continue
                }
                defer { TessDeleteText(text) }
                var (left, top, right, bottom): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
                guard
                    TessPageIteratorBoundingBox(page, RIL_SYMBOL, &left, &top, &right, &bottom) != 0
                else { continue }
                guard
                    let symbol = strip.symbol(
                        from: Int(left), to: Int(right), isRepeated: mode != PSM_SINGLE_CHAR)
                else { continue }
                found[symbol, default: ""] += String(cString: text)
            } while TessResultIteratorNext(results, RIL_SYMBOL) != 0
        }
        // A symbol alone may be two letters that touch; in company two are one too many.
        return mode == PSM_SINGLE_CHAR ? found : found.filter { $0.value.count == 1 }
    }
}

/// Runs of letters printed in one row with white between them.
private struct FormulaStrip {
    let bitmap: Bitmap
    /// The columns of each symbol.
    private var places: [(symbol: Int, columns: Range<Int>)] = []

    /// Symbols of the first run.
    private let first: Int

    private static let margin = 16

    init(
        _ runs: [[Int]], _ symbols: [FormulaSymbol], _ line: InkLine, _ sheet: InkSheet
    ) {
        first = runs[0].count
        let unit = Int(line.height)
        var glyphs: [(bitmap: Bitmap, x: Int, y: Int)] = []
        var x = Self.margin
        let foot = Self.margin + unit * 5 / 4
        for run in runs {
            let start = symbols[run[0]].box.left
            // Raised digits are printed as large as others, or the recogniser takes them for specks.
            let zoom =
                symbols[run[0]].isRaised
                ? Double(unit) / Double(run.map { symbols[$0].box.height }.max() ?? unit) : 1
            var end = x
            for index in run {
                let symbol = symbols[index]
                var glyph = Self.cutOut(symbol, sheet)
                if zoom != 1 {
                    glyph = glyph.resized(
                        width: max(1, Int(Double(glyph.width) * zoom)),
                        height: max(1, Int(Double(glyph.height) * zoom)))
                }
                let left = x + Int(Double(symbol.box.left - start) * zoom)
                let feet = line.baseline(at: (symbol.box.left + symbol.box.right) / 2)
                let below = symbol.isRaised ? 0 : Int(Double(symbol.box.bottom) - feet)
                glyphs.append((glyph, left, foot + below - glyph.height + 1))
                end = max(end, left + glyph.width)
                places.append((index, left..<(left + glyph.width)))
            }
            x = end + unit * 9 / 10
        }
        let width = max(x + Self.margin, 2 * unit)
        let height = foot + unit / 2 + Self.margin
        var samples = [UInt8](repeating: 255, count: width * height)
        for glyph in glyphs {
            for v in 0..<glyph.bitmap.height {
                for u in 0..<glyph.bitmap.width {
                    let (column, row) = (glyph.x + u, glyph.y + v)
                    guard column < width, (0..<height).contains(row) else { continue }
                    let place = row * width + column
                    samples[place] = min(
                        samples[place], glyph.bitmap.samples[v * glyph.bitmap.width + u])
                }
            }
        }
        bitmap = Bitmap(width: width, height: height, channels: 1, samples: samples)
    }

    /// The symbol that most of these columns belong to, else the nearest.
    func symbol(from left: Int, to right: Int, isRepeated: Bool) -> Int? {
        let middle = (left + right) / 2
        var best = (number: 0, distance: Int.max)
        for (number, place) in places.enumerated() {
            let distance =
                place.columns.contains(middle)
                ? 0
                : min(
                    abs(place.columns.lowerBound - middle), abs(place.columns.upperBound - middle))
            if distance < best.distance { best = (number, distance) }
        }
        return isRepeated && best.number < first ? nil : places[best.number].symbol
    }

    /// The symbol's pixels and their soft edges, without those of its neighbours.
    private static func cutOut(_ symbol: FormulaSymbol, _ sheet: InkSheet) -> Bitmap {
        let numbers = Set(symbol.pieces.map(Int32.init))
        let box = symbol.box
        var samples = [UInt8](repeating: 255, count: box.width * box.height)
        for y in 0..<box.height {
            for x in 0..<box.width {
                let place = (box.top + y) * sheet.width + box.left + x
                let label = sheet.labels[place]
                if label < 0 || numbers.contains(label) {
                    samples[y * box.width + x] = sheet.values[place]
                }
            }
        }
        return Bitmap(width: box.width, height: box.height, channels: 1, samples: samples)
    }
}
