import Domain
import FoundationEssentials
import Glibc
import Imaging
import Services
import Storage
import Store
import Synchronization
import Vectors

/// Examines one installation, be it served at the same time or not; changes nothing.
struct Doctor: Sendable {
    let installation: Installation
    let output: any Output

    /// Complaints that are quoted in full; the rest is counted.
    private static let quoted = 5

    func examine(_ check: DoctorCheck) async throws -> DoctorFinding {
        switch check {
        case .database: try await database()
        case .files: try await files()
        case .orphans: try await orphans()
        case .vectors: try await vectors()
        case .spool: spool()
        case .space: space()
        case .settings: try await settings()
        case .provider: provider()
        case .decoder: await decoder()
        case .text: await text()
        }
    }

    private func database() async throws -> DoctorFinding {
        let complaints = try await installation.store.examine()
        if complaints.isEmpty { return .well("sound, and every reference leads somewhere") }
        return .bad(
            Self.quote(complaints), "Stop the daemon and restore the database from a backup.")
    }

    // MARK: - Files

    /// Looks for the files of every record that is still in force.
    private func files() async throws -> DoctorFinding {
        let now = installation.clock.now()
        let store = installation.store
        let total = try await store.read { try $0.blobs.count() }
        var last: Int64 = 0
        var seen = 0
        var complaints: [String] = []
        while true {
            let after = last
            let page = try await store.read {
                try $0.blobs.needed(after: after, at: now, limit: 256)
            }
            guard let end = page.last else { break }
            last = end.id
            for blob in page {
                for file in blob.files { complaints += try await missing(file) }
            }
            seen += page.count
            output.progress(CommandProgress("Files", done: seen, total: total))
        }
        if complaints.isEmpty { return .well("the files of \(seen) stored contents are there") }
        return .bad(
            Self.quote(complaints),
            "Restore the folder blobs from a backup, or delete these photos.")
    }

    private func missing(_ file: BlobTable.NeededFile) async throws -> [String] {
        guard file.file.storage == .local else { return [] }
        let key = file.file.key
        let size: Int? =
            if case .file(_, let size) = try await installation.storage.read(key) {
                size
            } else {
                nil
            }
        if let size, file.sizes.contains(size) { return [] }
        // The record may have been deleted since it was read.
        guard try await installation.store.read({ try $0.blobs.names(key: key) }) else {
            return []
        }
        return [
            size.map { "\(key) has \($0) bytes, which cannot be" }
                ?? "\(key) is missing"
        ]
    }

    /// Looks for files that no record names.
    private func orphans() async throws -> DoctorFinding {
        let isServing = installation.isServing.load(ordering: .relaxed)
        let youngest =
            isServing
            ? installation.clock.now().advanced(bySeconds: -Housekeeping.orphanAge)
            : Time(milliseconds: .max)
        var files = 0
        var orphans: [StoredKey] = []
        for try await page in installation.storage.keys() {
            let old = page.filter { $0.modified < youngest.milliseconds }
            orphans += try await installation.store.read { tables in
                try old.filter { try !tables.blobs.names(key: $0.key) }
            }
            files += page.count
            output.progress(CommandProgress("Stored files", done: files, total: files))
        }
        if orphans.isEmpty { return .well("each of \(files) stored files belongs to a record") }
        let bytes = orphans.reduce(0) { $0 + $1.size }
        return .bad(
            "\(orphans.count) files of \(Self.size(bytes)) belong to no record",
            isServing
                ? "The daemon removes them within an hour."
                : "The daemon removes them when it starts.")
    }

    // MARK: - Vectors

    /// Compares what records name with what is in the vector files and can be found there.
    private func vectors() async throws -> DoctorFinding {
        let lost = installation.vectors.lost + installation.contents.embeddings.lost
        if lost > 0 {
            return .bad(
                "\(lost) vectors were missing or damaged at the start and are forgotten; "
                    + "their photos are not found by what is like them",
                "Delete these photos and upload them again, or restore the folder vectors.")
        }
        var complaints: [String] = []
        // An upload under way has its vectors a moment before its record: only what stays is wrong.
        for attempt in 0..<10 {
            if attempt > 0 { try await Task.sleep(for: .milliseconds(200)) }
            let named = try await installation.store.read { tables in
                let photos = try tables.photos.slots()
                return [photos.caption, photos.suggestions]
                    + (try EmbeddingSpace.allCases.map { try tables.embeddings.slots(in: $0) })
            }
            complaints = zip(installation.spaces, named).flatMap { examine($0, $1) }
            if complaints.isEmpty {
                let counts = zip(installation.spaces, named).map { "\($1.count) of \($0.name)" }
                return .well(counts.joined(separator: ", ") + ", as the records say")
            }
            guard installation.isServing.load(ordering: .relaxed) else { break }
        }
        return .bad(Self.quote(complaints), "Restart the daemon; it reads all vectors anew.")
    }

    private func examine(
        _ space: VectorSpace, _ named: [(slot: Int64, owner: Int64)]
    ) -> [String] {
        var damaged = 0
        for (index, row) in named.enumerated() {
            let member = NamedSlot(
                slot: VectorSlot(UInt32(truncatingIfNeeded: row.slot)), owner: UInt64(row.owner))
            if space.vector(of: member) == nil { damaged += 1 }
            if index % 1024 == 0 {
                output.progress(
                    CommandProgress("Vectors of \(space.name)", done: index, total: named.count))
            }
        }
        var complaints: [String] = []
        if damaged > 0 { complaints.append("\(damaged) vectors of \(space.name) are damaged") }
        if space.count != named.count {
            complaints.append(
                "\(space.count) vectors of \(space.name) can be found, records name \(named.count)")
        }
        return complaints
    }

    // MARK: - Surroundings

    private func spool() -> DoctorFinding {
        let folder = installation.spool.directory
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let isServing = installation.isServing.load(ordering: .relaxed)
        let now = installation.clock.now().milliseconds / 1000
        let leftovers = names.filter { name in
            var status = stat()
            guard unsafe lstat("\(folder)/\(name)", &status) == 0 else { return false }
            return !isServing || Int64(status.st_mtim.tv_sec) < now - 3600
        }
        if leftovers.isEmpty { return .well("no upload was left behind") }
        return .bad(
            "\(leftovers.count) uploads were left behind",
            "They go when the daemon starts the next time.")
    }

    private func space() -> DoctorFinding {
        var status = statvfs()
        guard unsafe statvfs(installation.spool.directory, &status) == 0 else {
            return .bad("cannot be told (errno \(errno))", "Look at the disk.")
        }
        let free = Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
        let least = installation.configuration.startup[.minFreeSpace]
        let hasNodes = status.f_files == 0 || status.f_favail > 0
        if free >= least, hasNodes { return .well("\(Self.size(free)) are free") }
        let what = hasNodes ? "\(Self.size(free)) are free" : "no more files can be made"
        return .bad(
            "\(what), so uploads are refused with 507",
            "Make room: uploads are taken again from \(Self.size(least)) on.")
    }

    private func settings() async throws -> DoctorFinding {
        let stored = try await installation.store.read { try $0.settings.all() }
        let bad = stored.keys.sorted().filter { name in
            guard let setting = Setting.named(name), let text = stored[name] else { return true }
            return (try? setting.parse(text)) == nil
        }
        if bad.isEmpty { return .well("\(stored.count) differ from their defaults") }
        return .bad(
            "\(bad.joined(separator: ", ")): the stored value cannot be read; the default is in "
                + "force", "Set it anew with `tintype settings set KEY VALUE`.")
    }

    private func provider() -> DoctorFinding {
        guard let provider = installation.photos.providerInForce else {
            return .bad(
                "none is configured, so new photos are refused with 503",
                "Set OPENAI_API_KEY or OPENAI_BASE_URL, or PHOTO_ANALYSIS_PROVIDER to builtin.")
        }
        if provider.isBuiltin { return .well("the built-in analyser") }
        let url = installation.configuration.startup[.openAIBaseURL]
        let place = url.isEmpty ? "OpenAI" : url
        return .well("\(place) with \(provider.models.joined(separator: ", "))")
    }

    private func decoder() async -> DoctorFinding {
        do throws(ImageError) {
            _ = try await installation.decoder.intake(bytes: Self.picture, IntakeParameters())
            return .well("a caged process decoded a picture")
        } catch {
            return .bad(
                "no picture can be decoded: \(error)",
                "See the log; the program needs to start itself again as a caged process.")
        }
    }

    private func text() async -> DoctorFinding {
        guard installation.configuration.startup[.ocr] else {
            return .well("reading text in pictures is switched off")
        }
        guard let sample = Sample.named("coffee-mug") ?? Sample.all.first else {
            return .well("there is no sample to read")
        }
        let words = await installation.decoder.recognizeText(in: sample.bytes)
        if !words.isEmpty { return .well("Tesseract reads text in pictures") }
        return .bad(
            "no text could be read in a picture that has some",
            "Install tesseract-ocr and tesseract-ocr-eng, or set TINTYPE_OCR to false.")
    }

    /// A GIF of one pixel.
    private static let picture: [UInt8] = [
        0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF,
        0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B,
    ]

    private static func quote(_ complaints: [String]) -> String {
        let rest = complaints.count - quoted
        return complaints.prefix(quoted).joined(separator: "; ")
            + (rest > 0 ? "; and \(rest) more" : "")
    }

    private static func size(_ bytes: Int) -> String {
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
        var unit = 0
        var size = bytes
        while size >= 10_240, unit < units.count - 1 {
            size /= 1024
            unit += 1
        }
        return "\(size) \(units[unit])"
    }
}
