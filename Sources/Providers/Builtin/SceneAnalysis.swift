import Domain

/// Everything the built-in analyser states about a photo: a pure function of pixels, size, capture
/// facts and the words that were read.
package struct SceneAnalysis: Sendable {
    /// What the pixels alone tell, from which everything else is put together.
    struct Pixels: Sendable {
        let palette: Palette
        let appearance: Appearance
        let map: AttentionMap
        let visual: [Float]
        /// Whether it is worth looking for text.
        let mayHoldText: Bool

        init(_ raster: Raster, width: Int, height: Int) {
            let raster =
                raster.rgb.isEmpty ? Raster(width: 1, height: 1, rgb: [0, 0, 0]) : raster
            let image = SceneImage(raster)
            palette = Palette(image)
            appearance = Appearance(
                image, palette: palette, width: max(width, 1), height: max(height, 1))
            map = AttentionMap(image)
            visual = VisualVector.make(VisualFeatures.measure(image))
            mayHoldText = TextLikelihood(raster).isLikely
        }
    }

    let rooms: [Room]
    let title: String
    let category: AppearanceCategory
    let caption: String
    let visibleText: String
    private let visual: [Float]
    private let captureClause: String

    init(_ pixels: Pixels, capture: CaptureFacts, words: [RecognizedWord]) {
        let reading = VisibleText(words)
        var appearance = pixels.appearance
        appearance[.lettered] = reading.text.isEmpty ? 0 : 1
        let writer = CaptionWriter(pixels.palette, appearance, pixels.map)
        captureClause = CaptureClause.text(capture)
        title = writer.title
        category = AppearanceCategory(appearance)
        caption = writer.caption(quotation: reading.quotation, capture: captureClause)
        visibleText = reading.text
        rooms = Room.best(for: pixels.palette, appearance, words: reading.roomWords)
        visual = pixels.visual
    }

    /// Analyses a photo whose words were read already.
    package init(
        _ raster: Raster, width: Int, height: Int, capture: CaptureFacts,
        words: [RecognizedWord] = []
    ) {
        self.init(
            Pixels(raster, width: width, height: height), capture: capture, words: words)
    }

    /// The part of an embedding's squared length that the text makes up.
    ///
    /// Small, so that another wording of the same picture hardly moves it.
    private static let textShare = 0.04

    /// A vector of 1,536 components and length one: 512 of what is seen, 1,024 of what is said.
    package func embedding(of text: String) -> [Float] {
        // When and with what a picture was taken is no part of what it looks like: the same pixels
        // without EXIF have the same embedding.
        var said = text
        for clause in [captureClause, captureClause.capitalizedFirst] where !clause.isEmpty {
            said = said.replacing(clause, with: "")
        }
        let words = HashedText.vector(of: said)
        let seen = Float((1 - SceneAnalysis.textShare).squareRoot())
        let told = Float(SceneAnalysis.textShare.squareRoot())
        var vector = visual.map { $0 * seen } + words.map { $0 * told }
        VisualVector.normalise(&vector)
        return vector
    }
}
