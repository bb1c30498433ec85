import Domain

/// What the caption says about the moment of capture, as told by EXIF.
enum CaptureClause {
    /// Such as `it was taken on a summer evening with a Canon camera`; empty if nothing is known.
    static func text(_ capture: CaptureFacts) -> String {
        let time = Daylight(capture)?.phrase
        let maker = capture.maker.flatMap(knownMaker)
        switch (time, maker) {
        case (let time?, let maker?): return "it was taken \(time) with \(maker)"
        case (let time?, nil): return "it was taken \(time)"
        case (nil, let maker?): return "it was taken with \(maker)"
        case (nil, nil): return ""
        }
    }

    /// The maker by its usual name, from a closed list: the field is free text in which anything,
    /// an owner's name too, could stand.
    private static func knownMaker(_ text: String) -> String? {
        let text = text.lowercased()
        for (mark, name) in makers where text.hasPrefix(mark) { return name }
        return nil
    }

    private static let makers: [(String, String)] = [
        ("canon", "a Canon camera"), ("nikon", "a Nikon camera"), ("sony", "a Sony camera"),
        ("fuji", "a Fujifilm camera"), ("panasonic", "a Panasonic camera"),
        ("olympus", "an Olympus camera"), ("om digital", "an OM System camera"),
        ("leica", "a Leica camera"), ("pentax", "a Pentax camera"), ("ricoh", "a Ricoh camera"),
        ("hasselblad", "a Hasselblad camera"), ("phase one", "a Phase One camera"),
        ("sigma", "a Sigma camera"), ("casio", "a Casio camera"), ("kodak", "a Kodak camera"),
        ("eastman kodak", "a Kodak camera"), ("minolta", "a Minolta camera"),
        ("konica", "a Konica Minolta camera"), ("gopro", "a GoPro camera"), ("dji", "a DJI camera"),
        ("apple", "an Apple phone"), ("samsung", "a Samsung device"), ("google", "a Google phone"),
        ("huawei", "a Huawei phone"), ("xiaomi", "a Xiaomi phone"), ("oneplus", "a OnePlus phone"),
        ("motorola", "a Motorola phone"), ("lg", "an LG phone"), ("htc", "an HTC phone"),
        ("nokia", "a Nokia phone"), ("oppo", "an Oppo phone"), ("vivo", "a Vivo phone"),
        ("honor", "an Honor phone"), ("asus", "an Asus phone"),
    ]
}
