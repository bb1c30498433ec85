import CImaging
import Glibc

/// Separable antialiased resampling, equal to Pillow's sample for sample: weights in 22-bit fixed point,
/// rows first, 8 bits in between (Pillow, `Resample.c`).
package struct ResampleFilter: Sendable {
    let support: Double
    let weight: @Sendable (Double) -> Double

    /// Lanczos with three lobes.
    package static let lanczos = ResampleFilter(support: 3) { x in
        abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0
    }

    /// The mean over the area that falls on a pixel.
    package static let box = ResampleFilter(support: 0.5) { x in
        x > -0.5 && x <= 0.5 ? 1 : 0
    }

    private static func sinc(_ x: Double) -> Double {
        x == 0 ? 1 : sin(x * .pi) / (x * .pi)
    }
}

/// A part of a picture; its borders may run through pixels.
package struct SourceBox: Sendable, Equatable {
    package var left: Double
    package var top: Double
    package var width: Double
    package var height: Double

    package init(left: Double, top: Double, width: Double, height: Double) {
        self.left = left
        self.top = top
        self.width = width
        self.height = height
    }
}

extension Bitmap {
    /// This picture, or a part of it, at another size. Alpha is resampled like any channel.
    package func resized(
        width: Int, height: Int, filter: ResampleFilter = .lanczos, from box: SourceBox? = nil
    ) -> Bitmap {
        precondition(width > 0 && height > 0 && !samples.isEmpty, "a picture has pixels")
        let whole = SourceBox(
            left: 0, top: 0, width: Double(self.width), height: Double(self.height))
        let box = box ?? whole
        let keepsWidth = width == self.width && (box.left, box.width) == (0, whole.width)
        let keepsHeight = height == self.height && (box.top, box.height) == (0, whole.height)
        if keepsWidth && keepsHeight { return self }
        if keepsHeight {
            return resampledRows(
                Axis(from: self.width, box.left, box.width, to: width, filter), 0..<self.height)
        }
        var columns = Axis(from: self.height, box.top, box.height, to: height, filter)
        if keepsWidth { return resampledColumns(columns) }
        // Rows that no output needs are left out.
        let needed = columns.inputs
        columns.shift(by: -needed.lowerBound)
        return resampledRows(
            Axis(from: self.width, box.left, box.width, to: width, filter), needed
        ).resampledColumns(columns)
    }

    /// Averages blocks of `factor` × `factor` pixels.
    package func reduced(by factor: Int) -> Bitmap {
        guard factor > 1 else { return self }
        let (across, down) = ((width + factor - 1) / factor, (height + factor - 1) / factor)
        let result = [UInt8](unsafeUninitializedCapacity: across * down * channels) {
            target, count in
            samples.withUnsafeBufferPointer {
                ci_reduce(
                    $0.baseAddress, Int32(width), Int32(height), Int32(channels), Int32(factor),
                    target.baseAddress)
            }
            count = across * down * channels
        }
        return Bitmap(width: across, height: down, channels: channels, samples: result)
    }

    private func resampledRows(_ axis: Axis, _ rows: Range<Int>) -> Bitmap {
        let size = axis.outputs * rows.count * channels
        let result = [UInt8](unsafeUninitializedCapacity: size) { target, count in
            samples.withUnsafeBufferPointer { source in
                axis.withUnsafeAxis {
                    ci_resample_rows(
                        source.baseAddress.map { $0 + rows.lowerBound * width * channels },
                        Int32(width), Int32(rows.count), Int32(channels), $0, target.baseAddress)
                }
            }
            count = size
        }
        return Bitmap(
            width: axis.outputs, height: rows.count, channels: channels, samples: result)
    }

    private func resampledColumns(_ axis: Axis) -> Bitmap {
        let size = width * axis.outputs * channels
        let result = [UInt8](unsafeUninitializedCapacity: size) { target, count in
            samples.withUnsafeBufferPointer { source in
                axis.withUnsafeAxis {
                    ci_resample_columns(
                        source.baseAddress, width * channels, $0, target.baseAddress)
                }
            }
            count = size
        }
        return Bitmap(width: width, height: axis.outputs, channels: channels, samples: result)
    }
}

/// For each output of one axis: where its inputs start, how many there are, and their weights.
private struct Axis {
    let outputs: Int
    let taps: Int
    var start: [Int32] = []
    var count: [Int32] = []
    var weights: [Int32]

    /// The outputs evenly divide the part of `length` inputs behind `origin`.
    init(
        from inputs: Int, _ origin: Double, _ length: Double, to outputs: Int,
        _ filter: ResampleFilter
    ) {
        let scale = length / Double(outputs)
        let stretch = max(scale, 1)
        let support = filter.support * stretch
        self.outputs = outputs
        taps = Int(support.rounded(.up)) * 2 + 1
        weights = Array(repeating: 0, count: outputs * taps)
        for output in 0..<outputs {
            let center = origin + (Double(output) + 0.5) * scale
            let first = max(Int(center - support + 0.5), 0)
            let end = min(Int(center + support + 0.5), inputs)
            var row = (first..<end).map {
                filter.weight((Double($0) - center + 0.5) * (1 / stretch))
            }
            let sum = row.reduce(0, +)
            if sum != 0 { for index in row.indices { row[index] /= sum } }
            for (index, weight) in row.enumerated() {
                let scaled = weight * Double(1 << 22)
                weights[output * taps + index] = Int32(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
            }
            start.append(Int32(first))
            count.append(Int32(end - first))
        }
    }

    /// The inputs that any output needs.
    var inputs: Range<Int> {
        Int(start[0])..<Int(start[outputs - 1] + count[outputs - 1])
    }

    mutating func shift(by offset: Int) {
        for index in start.indices { start[index] += Int32(offset) }
    }

    func withUnsafeAxis(_ body: (UnsafePointer<ci_axis>) -> Void) {
        start.withUnsafeBufferPointer { start in
            count.withUnsafeBufferPointer { count in
                weights.withUnsafeBufferPointer { weights in
                    var axis = ci_axis(
                        outputs: Int32(outputs), taps: Int32(taps), start: start.baseAddress,
                        count: count.baseAddress, weights: weights.baseAddress)
                    body(&axis)
                }
            }
        }
    }
}
