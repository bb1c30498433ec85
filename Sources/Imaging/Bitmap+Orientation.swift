extension Bitmap {
    /// The picture turned upright from the EXIF orientation 1…8; anything else leaves it as it is.
    package func upright(from orientation: Int) -> Bitmap {
        guard (2...8).contains(orientation) else { return self }
        let sideways = orientation >= 5
        let (across, down) = sideways ? (height, width) : (width, height)
        // Each step to the right and down in the result is a fixed step in the source.
        let (right, below) = (channels, width * channels)
        let (lastX, lastY) = ((width - 1) * right, (height - 1) * below)
        let start: Int
        let stepX: Int
        let stepY: Int
        switch orientation {
        case 2: (start, stepX, stepY) = (lastX, -right, below)
        case 3: (start, stepX, stepY) = (lastX + lastY, -right, -below)
        case 4: (start, stepX, stepY) = (lastY, right, -below)
        case 5: (start, stepX, stepY) = (0, below, right)
        case 6: (start, stepX, stepY) = (lastY, -below, right)
        case 7: (start, stepX, stepY) = (lastX + lastY, -below, -right)
        default: (start, stepX, stepY) = (lastX, below, -right)
        }
        let turned = [UInt8](unsafeUninitializedCapacity: samples.count) { target, count in
            samples.withUnsafeBufferPointer { source in
                copyTiles(source, target, across, down, start, stepX, stepY)
            }
            count = samples.count
        }
        return Bitmap(width: across, height: down, channels: channels, samples: turned)
    }

    // In tiles, because one of both pictures is walked across its rows.
    private func copyTiles(
        _ source: UnsafeBufferPointer<UInt8>, _ target: UnsafeMutableBufferPointer<UInt8>,
        _ across: Int, _ down: Int, _ start: Int, _ stepX: Int, _ stepY: Int
    ) {
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        let tile = 64
        for top in stride(from: 0, to: down, by: tile) {
            for left in stride(from: 0, to: across, by: tile) {
                for y in top..<min(top + tile, down) {
                    var from = source + (start + y * stepY + left * stepX)
                    var to = target + (y * across + left) * channels
                    for _ in left..<min(left + tile, across) {
                        for channel in 0..<channels { to[channel] = from[channel] }
                        to += channels
                        from += stepX
                    }
                }
            }
        }
    }
}
