import Glibc
import Imaging
import Synchronization
import Testing

@Suite(.serialized) struct WorkerPoolTests {
    private static func pool(
        workers: Int = 1, _ change: (inout WorkerPool.Configuration) -> Void = { _ in },
        report: @escaping @Sendable (WorkerEvent) -> Void = { _ in }
    ) -> WorkerPool {
        var configuration = WorkerPool.Configuration(arguments: [])
        configuration.executable = executable
        configuration.workers = workers
        change(&configuration)
        return WorkerPool(configuration, report: report)
    }

    /// The worker lies beside the test bundle that is being run.
    private static let executable: String = {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let places = ["release", "debug"].map { root + "/.build/\($0)/decode-worker-for-tests" }
        return places.first { access($0, X_OK) == 0 } ?? places[0]
    }()

    @Test func `a caged worker yields what the codec yields outside`() async throws {
        let pool = Self.pool()
        for fixture in Fixture.all {
            let inside = try await pool.intake(bytes: fixture.bytes, IntakeParameters())
            #expect(inside == (try Intake.run(bytes: fixture.bytes, IntakeParameters())))
        }
        pool.close()
    }

    @Test func `renditions come out of the cage as they are made outside`() async throws {
        let pool = Self.pool()
        let names = ["cover-40-q80", "fit-60-webp-q80", "max-3KiB"]
        let wanted = names.compactMap { Rendition.Specification(name: $0) }
        for name in ["rgb-420.jpg", "rgba.png", "rotated.heic"] {
            let bytes = Fixture.named(name).bytes
            let inside = try await pool.render(bytes: bytes, wanted)
            #expect(inside == (try Intake.render(bytes: bytes, wanted)))
        }
        pool.close()
    }

    @Test(arguments: [
        "open a file", "create a file", "stat a file", "make a socket", "fork", "execute",
        "kill the master", "make memory executable", "trace another process", "mount", "crash",
        "leave", "eat memory",
    ])
    func `a forbidden deed is the worker's end, and another takes its place`(
        trial: String
    ) async throws {
        let deaths = Mutex(0)
        let pool = Self.pool {
            $0.baseDeadline = .seconds(20)
        } report: { event in
            if case .died = event { deaths.withLock { $0 += 1 } }
        }
        await #expect(throws: ImageError.self) { try await pool.attempt(trial) }
        #expect(try await pool.attempt("nothing") > 0)
        #expect(deaths.withLock { $0 } == 1)
        pool.close()
        #expect(access("/tmp/tintype-escape", F_OK) != 0)
    }

    @Test func `a worker that hangs is ended at its deadline`() async throws {
        let pool = Self.pool { $0.baseDeadline = .milliseconds(100) }
        let error = await #expect(throws: ImageError.self) { try await pool.attempt("hang") }
        #expect(error == .decoderDied("no answer in 100 ms"))
        pool.close()
    }

    @Test func `refusals come out of the cage by name`() async {
        let pool = Self.pool()
        let cut = Array(Fixture.named("rgb-420.jpg").bytes.dropLast(300))
        let error = await #expect(throws: ImageError.self) {
            try await pool.intake(bytes: cut, IntakeParameters())
        }
        guard case .damaged = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        await #expect(throws: ImageError.notAnImage) {
            try await pool.intake(bytes: [], IntakeParameters())
        }
    }

    @Test func `many at once wait for memory and all come through`() async throws {
        let pool = Self.pool(workers: 2) {
            $0.maximumDecodedBytes = 100_000
            $0.picturesPerWorker = 7
        }
        let bytes = Fixture.named("rgb-444.jpg").bytes
        let hashes = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<60 {
                group.addTask { try await pool.intake(bytes: bytes, IntakeParameters()).phash.hex }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(hashes == [Fixture.named("rgb-444.jpg").phash])
        pool.close()
    }

    @Test func `a worker that died while idle costs no picture`() async throws {
        let deaths = Mutex(0)
        let pool = Self.pool(report: { _ in deaths.withLock { $0 += 1 } })
        let number = try await pool.attempt("nothing")
        kill(number, SIGKILL)
        var info = siginfo_t()
        #expect(waitid(P_PID, id_t(number), &info, WEXITED | WNOWAIT) == 0)
        let result = try await pool.intake(
            bytes: Fixture.named("rgb.png").bytes, IntakeParameters())
        #expect(result.width == 173 && deaths.withLock { $0 } == 1)
        pool.close()
    }

    @Test func `without seccomp the limits remain`() async throws {
        let pool = Self.pool { $0.isCaged = false }
        let result = try await pool.intake(
            bytes: Fixture.named("rgb.png").bytes, IntakeParameters())
        #expect(result.width == 173)
        await #expect(throws: ImageError.self) { try await pool.attempt("eat memory") }
        pool.close()
    }

    @Test func `a closed pool refuses`() async {
        let pool = Self.pool()
        pool.close()
        await #expect(throws: ImageError.unavailable("the pool is closed")) {
            try await pool.attempt("nothing")
        }
    }

    @Test func `a worker that cannot be started is an error, not a wait`() async {
        let pool = Self.pool { $0.executable = "/nonexistent/worker" }
        let error = await #expect(throws: ImageError.self) { try await pool.attempt("nothing") }
        #expect(error == .unavailable("cannot start /nonexistent/worker"))
    }

    @Test func `printed text is read inside the cage`() async throws {
        let pool = Self.pool()
        let words = await pool.recognizeText(in: try Self.letters("HELLO").encoded(as: .png))
        #expect(words.contains { $0.text == "HELLO" && $0.confidence >= 60 })
        #expect(await pool.recognizeText(in: Array("no picture".utf8)) == [])
        pool.close()
    }

    /// Draws capital letters from a 5 × 7 pixel font, large and smooth.
    private static func letters(_ text: String) -> Bitmap {
        let font: [Character: [Int]] = [
            "H": [17, 17, 17, 31, 17, 17, 17], "E": [31, 16, 16, 30, 16, 16, 31],
            "L": [16, 16, 16, 16, 16, 16, 31], "O": [14, 17, 17, 17, 17, 17, 14],
        ]
        let glyphs = text.map { font[$0] ?? [] }
        return Bitmap.drawn(glyphs.count * 6 + 6, 15, channels: 1) { x, y in
            let (column, row, glyph) = ((x - 3) % 6, y - 4, (x - 3) / 6)
            guard x >= 3, glyph < glyphs.count, column < 5, (0..<7).contains(row) else {
                return [255]
            }
            return [glyphs[glyph][row] >> (4 - column) & 1 == 1 ? 0 : 255]
        }.resized(width: (glyphs.count * 6 + 6) * 8, height: 120)
    }
}
