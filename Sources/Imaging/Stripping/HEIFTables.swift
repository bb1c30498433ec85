/// The tables of `meta` written again for the items that stay.
///
/// Names are zeroed rather than cut and a lost property leaves an empty box behind, so a table
/// shrinks by whole entries only and every number that counts properties stays true.
struct HEIFTables {
    private let items: HEIFItems
    private let kept: Set<Int>
    private let properties: Set<Int>
    private let source: ByteSource

    init(_ items: HEIFItems, _ kept: Set<Int>, _ source: ByteSource) {
        self.items = items
        self.kept = kept
        self.source = source
        properties = items.drawingProperties(of: kept)
    }

    /// What goes into `meta`; `itemData` are the ranges of `idat` that stay.
    func meta(itemData: [Range<Int>]) throws(ImageError) -> Assembly {
        guard let first = items.children.first else {
            throw ImageError.damaged("HEIC: empty tables")
        }
        var result = Assembly(of: source)
        result.keep(first.range.lowerBound - 4..<first.range.lowerBound)
        for child in items.children {
            switch child.type {
            case "pitm", "dinf": result.keep(child.range)
            case "hdlr": putHandler(child, into: &result)
            case "iinf": put(infos(child), for: child, in: &result)
            case "iloc": put(locations(child), for: child, in: &result)
            case "iref":
                let references = references(child)
                if references.count > 4 { put(references, for: child, in: &result) }
            case "iprp": put(try propertyTables(child), for: child, in: &result)
            case "idat":
                result.keep(child.range.lowerBound..<child.body.lowerBound)
                result.blank(child.body, except: itemData, in: source)
            default: break
            }
        }
        return result
    }

    private func put(_ body: Assembly, for box: HEIFBox, in result: inout Assembly) {
        if body.isExactly(box.body) { return result.keep(box.range) }
        result.write(bigEndian(body.count + 8, 4) + box.type.bytes)
        result.append(body)
    }

    /// The handler says `pict`; its name is free text.
    private func putHandler(_ box: HEIFBox, into result: inout Assembly) {
        let fields = box.body.prefix(24)
        result.keep(box.range.lowerBound..<fields.upperBound)
        result.blank(fields.upperBound..<box.body.upperBound, except: [], in: source)
    }

    private func infos(_ box: HEIFBox) -> Assembly {
        let kept = items.infos.filter { self.kept.contains($0.id) }
        let isShort = source.bytes[box.body.lowerBound] == 0
        var result = Assembly(of: source)
        result.keep(box.body.prefix(4))
        let count = isShort ? 2 : 4
        result.put(bigEndian(kept.count, count), over: box.content.prefix(count))
        for info in kept {
            result.keep(info.range.lowerBound..<info.texts.lowerBound)
            result.blank(info.texts, except: [], in: source)
        }
        return result
    }

    private func locations(_ box: HEIFBox) -> Assembly {
        let kept = items.locations.filter { self.kept.contains($0.id) }
        let count = source.bytes[box.body.lowerBound] < 2 ? 2 : 4
        var result = Assembly(of: source)
        result.keep(box.body.prefix(6))
        result.put(bigEndian(kept.count, count), over: box.body.dropFirst(6).prefix(count))
        for location in kept { result.keep(location.range) }
        return result
    }

    private func references(_ box: HEIFBox) -> Assembly {
        let size = source.bytes[box.body.lowerBound] == 0 ? 2 : 4
        var body: [UInt8] = []
        for reference in items.references where kept.contains(reference.from) {
            let to = reference.to.filter(kept.contains)
            guard !to.isEmpty, ["dimg", "auxl", "prem"].contains(reference.type) else { continue }
            body += HEIFBox.encoded(
                reference.type,
                bigEndian(reference.from, size) + bigEndian(to.count, 2)
                    + to.flatMap { bigEndian($0, size) })
        }
        var result = Assembly(of: source)
        result.keep(box.body.prefix(4))
        if body.isEmpty { return result }
        result.put(body, over: box.content)
        return result
    }

    private func propertyTables(_ box: HEIFBox) throws(ImageError) -> Assembly {
        var result = Assembly(of: source)
        var sawContainer = false
        for child in try HEIFBox.list(in: box.body, of: source) {
            switch child.type {
            case "ipco" where !sawContainer:
                sawContainer = true
                put(container(), for: child, in: &result)
            case "ipma": put(associations(child), for: child, in: &result)
            default: break
            }
        }
        return result
    }

    private func container() -> Assembly {
        var result = Assembly(of: source)
        for (index, box) in items.properties.enumerated() {
            if properties.contains(index + 1) {
                result.keep(box.range)
            } else {
                let size = source.bytes[box.range.prefix(4)]
                let type = box.range.dropFirst(4).prefix(4)
                result.put(Array(size), over: box.range.prefix(4))
                result.put(FourCC("free").bytes, over: type)
                result.keep(type.upperBound..<box.body.lowerBound)
                result.blank(box.body, except: [], in: source)
            }
        }
        return result
    }

    private func associations(_ box: HEIFBox) -> Assembly {
        let kept = items.associations.filter {
            self.kept.contains($0.id) && box.range.contains($0.range.lowerBound)
        }
        var result = Assembly(of: source)
        result.keep(box.body.prefix(4))
        result.put(bigEndian(kept.count, 4), over: box.content.prefix(4))
        for association in kept {
            var offset = association.range.lowerBound
            for (index, range) in association.properties where !properties.contains(index) {
                // Zero means: no property (ISO/IEC 14496-12, 8.11.14).
                result.keep(offset..<range.lowerBound)
                result.blank(range, except: [], in: source)
                offset = range.upperBound
            }
            result.keep(offset..<association.range.upperBound)
        }
        return result
    }
}
