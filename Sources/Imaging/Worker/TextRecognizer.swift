import CTesseract

/// One word that was read in a picture.
package struct TextWord: Sendable, Equatable {
    package let text: String
    /// 0…100, as Tesseract states it.
    package let confidence: Double
    /// The line it stands on, counted from the top.
    package var line: Int
    /// Where it stands, in pixels of the picture that was read.
    package let x: Int
    package let y: Int
    package let width: Int
    package let height: Int
}

/// Tesseract's engine, started once.
final class TextRecognizer {
    let engine: OpaquePointer

    /// Reads the models of `languages`, such as `eng+deu`, from their installed place; nil if one is not there.
    init?(languages: String) {
        guard let engine = TessBaseAPICreate() else { return nil }
        guard TessBaseAPIInit2(engine, nil, languages, OEM_LSTM_ONLY) == 0 else {
            TessBaseAPIDelete(engine)
            return nil
        }
        self.engine = engine
        TessBaseAPISetPageSegMode(engine, PSM_SINGLE_LINE)
    }

    deinit {
        TessBaseAPIDelete(engine)
    }

    /// The words in an upright picture of grey or RGB, in reading order; what was read by then when
    /// the time is over.
    func words(in picture: Bitmap, milliseconds: Int) -> [TextWord] {
        let deadline = Deadline(milliseconds: milliseconds)
        let finder = TextLineFinder(picture)
        var readings: [TextReading] = []
        for group in TextLineGroup.groups(of: finder.lines()) where !deadline.isOver {
            var best: TextReading?
            for line in group.lines where !deadline.isOver {
                guard let reading = read(line, finder, deadline) else { continue }
                if reading.score > best?.score ?? 0 { best = reading }
                if reading.isSure { break }
            }
            if let best { readings.append(best) }
        }
        return TextReading.ordered(readings)
    }

    /// Reads one line; nil where nothing legible stands.
    private func read(
        _ line: TextLine, _ finder: TextLineFinder, _ deadline: Deadline
    ) -> TextReading? {
        let crop = line.crop(from: finder.planes[line.plane].bitmap)
        guard crop.isLikePrint(of: line) else { return nil }
        let found = crop.bitmap.samples.withUnsafeBufferPointer { samples -> [ScannedWord] in
            TessBaseAPISetImage(
                engine, samples.baseAddress, Int32(crop.bitmap.width), Int32(crop.bitmap.height),
                1, Int32(crop.bitmap.width))
            TessBaseAPISetSourceResolution(engine, 300)
            defer { TessBaseAPIClear(engine) }
            guard let monitor = TessMonitorCreate() else { return [] }
            defer { TessMonitorDelete(monitor) }
            TessMonitorSetDeadlineMSecs(monitor, Int32(clamping: deadline.remainingMilliseconds))
            guard TessBaseAPIRecognize(engine, monitor) == 0,
                let results = TessBaseAPIGetIterator(engine)
            else { return [] }
            defer { TessResultIteratorDelete(results) }
            return words(results, line, crop)
        }
        return TextReading(line, found, pieces: crop.pieces)
    }

    private func words(
        _ results: OpaquePointer, _ line: TextLine, _ crop: TextLine.Crop
    ) -> [ScannedWord] {
        guard let page = TessResultIteratorGetPageIterator(results) else { return [] }
        var words: [ScannedWord] = []
        repeat {
            guard let read = trimmedWord(results) else { continue }
            var (left, top, right, bottom): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
            TessPageIteratorBoundingBox(page, RIL_WORD, &left, &top, &right, &bottom)
            let box = line.box(from: Float(left), to: Float(right), of: crop)
            let word = TextWord(
                text: read.text, confidence: read.confidence, line: 0, x: Int(box.left),
                y: Int(box.top), width: Int(box.right - box.left),
                height: Int(box.bottom - box.top))
            words.append(
                ScannedWord(
                    word: word,
                    isKnown: TessResultIteratorWordIsFromDictionary(results) != 0
                        || TessResultIteratorWordIsNumeric(results) != 0))
        } while words.count < 200 && TessResultIteratorNext(results, RIL_WORD) != 0
        return words
    }

    /// The word without the marks at its ends that are doubtful: Tesseract states a word's worst
    /// letter as its confidence, and specks read as stops would cost it the word.
    private func trimmedWord(_ results: OpaquePointer) -> (text: String, confidence: Double)? {
        guard let text = TessResultIteratorGetUTF8Text(results, RIL_WORD) else { return nil }
        defer { TessDeleteText(text) }
        let word = String(cString: text)
        let whole = Double(TessResultIteratorConfidence(results, RIL_WORD))
        guard let first = word.first, let last = word.last,
            !(first.isLetter || first.isNumber) || !(last.isLetter || last.isNumber),
            let copy = TessResultIteratorCopy(results)
        else { return (word, whole) }
        defer { TessResultIteratorDelete(copy) }
        var symbols: [(text: String, confidence: Double)] = []
        repeat {
            guard let text = TessResultIteratorGetUTF8Text(copy, RIL_SYMBOL) else { break }
            defer { TessDeleteText(text) }
            symbols.append(
                (
                    String(cString: text),
                    Double(TessResultIteratorConfidence(copy, RIL_SYMBOL))
                ))
        } while symbols.count < 100
            && TessPageIteratorIsAtFinalElement(copy, RIL_WORD, RIL_SYMBOL) == 0
            && TessResultIteratorNext(copy, RIL_SYMBOL) != 0
        let isWord = symbols.map { $0.text.contains { $0.isLetter || $0.isNumber } }
        guard let start = isWord.firstIndex(of: true), let end = isWord.lastIndex(of: true) else {
            return (word, whole)
        }
        let kept = symbols[start...end]
        return (
            kept.map(\.text).joined(), max(whole, kept.map(\.confidence).min() ?? whole)
        )
    }
}

extension TextWord {
    static func encode(_ words: [TextWord]) -> [UInt8] {
        var wire = WireWriter()
        wire.put(words.count)
        for word in words {
            wire.put(word.text)
            wire.put(word.confidence)
            for number in [word.line, word.x, word.y, word.width, word.height] { wire.put(number) }
        }
        return wire.bytes
    }

    static func decode(_ bytes: [UInt8]) throws(ImageError) -> [TextWord] {
        var wire = WireReader(bytes)
        var words: [TextWord] = []
        for _ in 0..<(try wire.int(in: 0...2_000)) {
            let text = String(try wire.string().prefix(200))
            let confidence = try wire.double()
            guard (0...100).contains(confidence) else { throw WireReader.broken }
            var numbers: [Int] = []
            for _ in 0..<5 { numbers.append(try wire.int(in: -1...ImageLimits.side)) }
            words.append(
                TextWord(
                    text: text, confidence: confidence, line: numbers[0], x: numbers[1],
                    y: numbers[2], width: numbers[3], height: numbers[4]))
        }
        return words
    }
}
