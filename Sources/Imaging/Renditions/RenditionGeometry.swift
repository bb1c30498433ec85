/// Which part of a picture a rendition shows and how large it becomes, both in stored orientation.
struct RenditionGeometry {
    /// The part, in pixels of the whole picture.
    let box: SourceBox
    let width: Int
    let height: Int
    private let wholeWidth: Int
    private let wholeHeight: Int

    /// From the stored size of a picture and whether EXIF turns it sideways.
    init(_ size: Rendition.Specification.Size, width: Int, height: Int, isSideways: Bool) {
        (wholeWidth, wholeHeight) = (width, height)
        var box = SourceBox(
            left: 0, top: 0, width: Double(width), height: Double(height))
        switch size {
        case .cover(let across, let down):
            (self.width, self.height) = isSideways ? (down, across) : (across, down)
            box = Self.middle(of: box, across: self.width, down: self.height)
        case .fit(let across, let down):
            (self.width, self.height) = PictureSize.fitting(
                width: width, height: height, into: isSideways ? (down, across) : (across, down))
        case .maximumPixels(let pixels):
            (self.width, self.height) = PictureSize.within(
                pixels: pixels, width: width, height: height)
        case .maximumBytes:
            (self.width, self.height) = (width, height)
        }
        self.box = box
    }

    /// The size below which a reduced decode of the whole picture must not fall.
    ///
    /// Twice what is needed keeps a small picture as sharp as if it were made of the whole one; with a
    /// large one that would cost a second and not show.
    var minimum: (width: Int, height: Int) {
        let gap = width * height <= 1_000_000 ? 2.0 : 1
        let across = Double(width) * gap * Double(wholeWidth) / box.width
        let down = Double(height) * gap * Double(wholeHeight) / box.height
        return (
            min(wholeWidth, Int(across.rounded(.up))), min(wholeHeight, Int(down.rounded(.up)))
        )
    }

    /// The part in pixels of a reduced decode.
    func box(in bitmap: Bitmap) -> SourceBox {
        let x = Double(bitmap.width) / Double(wholeWidth)
        let y = Double(bitmap.height) / Double(wholeHeight)
        return SourceBox(
            left: box.left * x, top: box.top * y, width: box.width * x, height: box.height * y)
    }

    /// The largest part of that shape around the centre.
    private static func middle(of whole: SourceBox, across: Int, down: Int) -> SourceBox {
        let ratio = Double(across) / Double(down)
        var box = whole
        if whole.width / whole.height >= ratio {
            box.width = ratio * whole.height
            box.left = (whole.width - box.width) / 2
        } else {
            box.height = whole.width / ratio
            box.top = (whole.height - box.height) / 2
        }
        return box
    }
}
