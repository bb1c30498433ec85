import CTesseract

/// One word that was read in a picture.
package struct TextWord: Sendable, Equatable {
    package let text: String
    /// 0…100, as Tesseract states it.
    package let confidence: Double
    /// The line it stands on, counted from the top.
    package let line: Int
    /// Where it stands, in pixels of the picture that was read.
    package let x: Int
    package let y: Int
    package let width: Int
    package let height: Int
}

/// Tesseract's engine for English, started once.
final class TextRecognizer {
    private let engine: OpaquePointer

    /// Reads the language model from its installed place; nil if it is not there.
    init?() {
        guard let engine = TessBaseAPICreate() else { return nil }
        guard TessBaseAPIInit2(engine, nil, "eng", OEM_LSTM_ONLY) == 0 else {
            TessBaseAPIDelete(engine)
            return nil
        }
        self.engine = engine
        TessBaseAPISetPageSegMode(engine, PSM_SPARSE_TEXT)
    }

    deinit {
        TessBaseAPIDelete(engine)
    }

    /// The words in a grey picture in reading order; what was found by then when the time is over.
    func words(in grey: Bitmap, milliseconds: Int32) -> [TextWord] {
        precondition(grey.channels == 1, "text is read in grey")
        return grey.samples.withUnsafeBufferPointer { samples in
            TessBaseAPISetImage(
                engine, samples.baseAddress, Int32(grey.width), Int32(grey.height), 1,
                Int32(grey.width))
            TessBaseAPISetSourceResolution(engine, 150)
            defer { TessBaseAPIClear(engine) }
            guard let monitor = TessMonitorCreate() else { return [] }
            defer { TessMonitorDelete(monitor) }
            TessMonitorSetDeadlineMSecs(monitor, milliseconds)
            guard TessBaseAPIRecognize(engine, monitor) == 0,
                let results = TessBaseAPIGetIterator(engine)
            else { return [] }
            defer { TessResultIteratorDelete(results) }
            return words(results)
        }
    }

    private func words(_ results: OpaquePointer) -> [TextWord] {
        guard let page = TessResultIteratorGetPageIterator(results) else { return [] }
        var words: [TextWord] = []
        var line = -1
        repeat {
            if TessPageIteratorIsAtBeginningOf(page, RIL_TEXTLINE) != 0 || line < 0 { line += 1 }
            guard let text = TessResultIteratorGetUTF8Text(results, RIL_WORD) else { continue }
            defer { TessDeleteText(text) }
            var (left, top, right, bottom): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
            TessPageIteratorBoundingBox(page, RIL_WORD, &left, &top, &right, &bottom)
            words.append(
                TextWord(
                    text: String(cString: text),
                    confidence: Double(TessResultIteratorConfidence(results, RIL_WORD)),
                    line: line, x: Int(left), y: Int(top), width: Int(right - left),
                    height: Int(bottom - top)))
        } while words.count < 2_000 && TessResultIteratorNext(results, RIL_WORD) != 0
        return words
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
