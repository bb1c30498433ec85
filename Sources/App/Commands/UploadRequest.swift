import HTTP

extension Installation {
    /// Uploads a picture through the same routes that clients use, as an anonymous client on this machine.
    func upload(
        _ bytes: [UInt8], name: String, fingerprint: String, reusing: Bool
    ) async throws -> Response {
        let boundary = "tintype-\(RequestID.next())"
        let text: (String) -> [UInt8] = { Array($0.utf8) }
        let body =
            text(
                "--\(boundary)\r\nContent-Disposition: form-data; name=\"fingerprint\"\r\n\r\n"
                    + "\(fingerprint)\r\n--\(boundary)\r\nContent-Disposition: form-data; "
                    + "name=\"image\"; filename=\"\(Self.quoted(name))\"\r\n\r\n") + bytes
            + text("\r\n--\(boundary)--\r\n")
        var fields: Fields = [
            .contentType: "multipart/form-data; boundary=\(boundary)", .host: "localhost",
        ]
        if !reusing { fields[Fields.Name("X-Tintype-No-Reuse")] = "1" }
        return try await handler(
            Request(
                .post, "/api/photo-analysis/upload/", fields: fields, body: Body(body),
                remoteAddress: "unix"))
    }

    private static func quoted(_ name: String) -> String {
        String(name.map { $0 == "\"" || $0 == "\\" || $0.isNewline ? "_" : $0 })
    }
}

extension Response {
    /// The body of an answer that was made in memory.
    var bodyBytes: [UInt8] {
        if case .bytes(let bytes) = body { bytes } else { [] }
    }
}
