import Domain
import Glibc
import HTTP
import HTTPServer

/// `demo`: the daemon with the sample photos already analysed, and what to try next.
struct DemoCommand: Sendable {
    let configuration: Configuration
    let environment: [String: String]
    let output: any Output

    /// - Parameter isDirectoryNamed: false keeps everything in a folder that goes when the demo ends.
    func run(isDirectoryNamed: Bool) async throws(CommandFailure) -> ExitCode {
        let path =
            isDirectoryNamed ? configuration.startup[.dataDirectory] : try Self.temporaryFolder()
        defer { if !isDirectoryNamed { Self.remove(path) } }
        let directory = try DataDirectory(path)
        let installation = try await Installation(
            configuration, directory: directory.path, log: configuration.makeQuietLogger())
        let daemon = Daemon(
            installation: installation, directory: directory, environment: environment)
        try await daemon.runUntilSignal { [self] addresses in
            try await show(installation, at: addresses)
        }
        return .ok
    }

    private func show(
        _ installation: Installation, at addresses: [HTTPServer.ListenAddress]
    ) async throws {
        let samples = Sample.all
        output.out("Analysing \(samples.count) sample photos.")
        output.out("")
        var last: Shown?
        for (index, sample) in samples.enumerated() {
            output.progress(
                CommandProgress(sample.name, done: index, total: samples.count))
            let shown = try await analyse(sample, as: "demo-visitor-\(index)", installation)
            output.progress(nil)
            guard let shown else { continue }
            for line in shown.lines { output.out(line) }
            last = shown
        }
        output.progress(nil)
        if let last { closing(last, at: addresses) }
    }

    private struct Shown: Sendable {
        var lines: [String]
        var id: String
        var room: String
    }

    /// Uploads a sample as its own visitor, who then opens the first room suggested or joins a similar one.
    private func analyse(
        _ sample: Sample, as fingerprint: String, _ installation: Installation
    ) async throws -> Shown? {
        let clock = ContinuousClock()
        let start = clock.now
        let response = try await installation.upload(
            sample.bytes, name: sample.name, fingerprint: fingerprint, reusing: true)
        let milliseconds = Int((clock.now - start) / .milliseconds(1))
        guard let answer = try? JSONValue(parsing: response.bodyBytes),
            let analysis = answer["analysis"], let id = analysis["id"]?.string
        else {
            output.out("\(sample.name): \(String(decoding: response.bodyBytes, as: UTF8.self))")
            return nil
        }
        let suggestions = analysis["suggestions"]?.array ?? []
        let names = suggestions.compactMap { $0["name"]?.string }
        let similar = answer["similar_rooms"]?.array ?? []
        let room =
            similar.first?["room_code"]?.string ?? suggestions.first?["key"]?.string ?? ""
        try await choose(room, from: id, as: fingerprint, installation)
        var lines = ["\(sample.name)  (\(milliseconds) ms)"]
        lines.append("  \(analysis["caption_full"]?.string ?? "")")
        if let words = analysis["caption_visible_text"]?.string, !words.isEmpty {
            lines.append("  reads: " + words.split(separator: "\n").joined(separator: " / "))
        }
        lines.append("  rooms: \(names.prefix(5).joined(separator: " · "))")
        for hit in similar {
            let distance = hit["similarity_distance"]?.double ?? 0
            let hundredths = Int((distance * 100).rounded())
            lines.append(
                "  → like a photo in \"\(hit["room_name"]?.string ?? "")\" (distance 0."
                    + "\(hundredths < 10 ? "0" : "")\(hundredths), "
                    + "\(hit["active_users"]?.int ?? 0) there)")
        }
        return Shown(lines: lines + [""], id: id, room: room)
    }

    private func choose(
        _ code: String, from id: String, as fingerprint: String, _ installation: Installation
    ) async throws {
        let body = JSONWriter.object { json in
            json.field("photo_analysis_id", id)
            json.field("room_code", code)
            json.field("fingerprint", fingerprint)
        }
        _ = try await installation.handler(
            Request(
                .post, "/api/chats/create-from-photo/",
                fields: [.contentType: "application/json", .host: "localhost"], body: Body(body),
                remoteAddress: "unix"))
    }

    private func closing(_ last: Shown, at addresses: [HTTPServer.ListenAddress]) {
        let base = "http://\(addresses.first?.description ?? "127.0.0.1:8080")"
        output.out("Open in a browser:")
        output.out("  \(base)/")
        output.out("  \(base)/chat/discover/\(last.room)")
        output.out("  \(base)/api/photo-analysis/\(last.id)/image/")
        output.out("")
        output.out("Or upload a photo of your own:")
        output.out(
            "  curl -F image=@photo.jpg -F fingerprint=me \(base)/api/photo-analysis/upload/")
        output.out("")
        output.out("Ctrl-C ends the demo.")
    }

    // MARK: - A folder for one demo

    private static func temporaryFolder() throws(CommandFailure) -> String {
        var template = Array("/tmp/tintype-demo.XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            throw CommandFailure(.cannotCreate, "Cannot make a folder in /tmp for the demo.")
        }
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func remove(_ folder: String) {
        guard let stream = unsafe opendir(folder) else { return }
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            guard name != ".", name != ".." else { continue }
            let path = folder + "/" + name
            if unsafe unlink(path) != 0 { remove(path) }
        }
        unsafe closedir(stream)
        unsafe rmdir(folder)
    }
}
