import Imaging
import Testing

@Suite struct EXIFTests {
    @Test(arguments: ["exif.jpg", "exif.png", "exif.webp", "exif.heic"])
    func `the facts are read from every container`(name: String) throws {
        let facts = try Intake.run(bytes: Fixture.named(name).bytes, IntakeParameters()).exif
        #expect(facts.localTime == "2024-05-06T07:08:09")
        #expect(facts.zone == "+05:30")
        #expect(facts.maker == "Canon" && facts.model == "EOS 5D" && facts.serial == "SN123456")
        #expect(abs((facts.latitude ?? 0) - 31.505) < 1e-9)
        #expect(abs((facts.longitude ?? 0) - 35.475) < 1e-9)
        #expect(facts.altitude == -430.5)
        #expect(facts.heading == 90)
    }

    @Test func `a broken block costs facts, never the picture`() throws {
        let bytes = Fixture.named("exif.jpg").bytes
        var random = SeededGenerator("exif")
        for _ in 0..<400 {
            var broken = bytes
            for _ in 0..<6 {
                broken[Int.random(in: 32..<380, using: &random)] = .random(
                    in: 0...255, using: &random)
            }
            let facts = try? Intake.run(bytes: broken, IntakeParameters()).exif
            #expect((facts?.latitude).map { abs($0) <= 90 } ?? true)
            #expect((facts?.localTime?.utf8.count).map { $0 == 19 } ?? true)
        }
    }
}
