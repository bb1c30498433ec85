extension HEIFItems {
    /// The items that draw the primary picture: itself, the tiles it is made of, and its alpha.
    func drawing(in source: ByteSource) throws(ImageError) -> Set<Int> {
        let alpha = try alphaItems(in: source)
        var inputs: [Int: [Int]] = [:]
        for reference in references {
            if reference.type == "dimg" {
                inputs[reference.from, default: []] += reference.to
            } else if reference.type == "auxl", alpha.contains(reference.from) {
                for master in reference.to { inputs[master, default: []].append(reference.from) }
            }
        }
        var kept: Set<Int> = [primary]
        var open = [primary]
        while let item = open.popLast() {
            for input in inputs.removeValue(forKey: item) ?? [] where kept.insert(input).inserted {
                open.append(input)
            }
        }
        return kept
    }

    /// The properties that draw an item of `kept`, by their place in `ipco` counted from one.
    func drawingProperties(of kept: Set<Int>) -> Set<Int> {
        let drawing: Set<FourCC> = [
            "hvcC", "av1C", "avcC", "jpgC", "vvcC", "ispe", "pixi", "colr", "pasp", "irot", "imir",
            "clap", "auxC", "lsel", "a1op", "a1lx", "oinf", "tols", "clli", "mdcv", "cclv",
        ]
        var result: Set<Int> = []
        for association in associations where kept.contains(association.id) {
            for (index, _) in association.properties
            where properties.indices.contains(index - 1)
                && drawing.contains(properties[index - 1].type)
            {
                result.insert(index)
            }
        }
        return result
    }

    /// Pictures that hold the transparency of another one. Depth, gain maps and mattes are none.
    private func alphaItems(in source: ByteSource) throws(ImageError) -> Set<Int> {
        let alphaProperties = Set(
            properties.indices.filter {
                let box = properties[$0]
                return box.type == "auxC"
                    && (source.has("urn:mpeg:hevc:2015:auxid:1\0", in: box.content)
                        || source.has(
                            "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0", in: box.content))
            }.map { $0 + 1 })
        return Set(
            associations.filter { $0.properties.contains { alphaProperties.contains($0.index) } }
                .map(\.id))
    }
}
