import Crypto
import Foundation
import HTTP
import Synchronization

/// A bucket for tests that speaks Amazon's S3 protocol by path and checks the signature of every request.
package final class ObjectStore: Sendable {
    package static let accessKeyID = "AKIAEXAMPLE"
    package static let secretAccessKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    package static let region = "eu-central-1"

    private let server: ScriptedServer
    private let contents: Contents

    private final class Contents: Sendable {
        let state = Mutex(State())
    }

    private struct State {
        var objects: [String: [UInt8]] = [:]
        var mediaTypes: [String: String] = [:]
        var isDown = false
    }

    package init() throws {
        let contents = Contents()
        self.contents = contents
        server = try ScriptedServer { request, peer in
            let (status, body) = Self.answer(request, contents)
            peer.answer(status, body: request.method == "HEAD" ? [] : body)
        }
    }

    package var url: String { server.url }
    package var requests: [ScriptedRequest] { server.requests }
    /// By `/{bucket}/{key}`.
    package var objects: [String: [UInt8]] { contents.state.withLock { $0.objects } }
    package var mediaTypes: [String: String] { contents.state.withLock { $0.mediaTypes } }

    /// Whether every request is answered with 503.
    package func setDown(_ isDown: Bool) {
        contents.state.withLock { $0.isDown = isDown }
    }

    private static func answer(_ request: ScriptedRequest, _ contents: Contents) -> (Int, [UInt8]) {
        contents.state.withLock { state in
            if state.isDown { return (503, Array("<Error><Code>SlowDown</Code></Error>".utf8)) }
            guard isSigned(request) else {
                return (403, Array("<Error><Code>SignatureDoesNotMatch</Code></Error>".utf8))
            }
            switch request.method {
            case "PUT":
                state.objects[request.target] = request.body
                state.mediaTypes[request.target] = request.fields[.contentType]
                return (200, [])
            case "GET", "HEAD":
                return state.objects[request.target].map { (200, $0) } ?? (404, [])
            case "DELETE":
                state.objects[request.target] = nil
                return (204, [])
            default: return (405, [])
            }
        }
    }

    /// Signature Version 4, computed anew from what arrived.
    private static func isSigned(_ request: ScriptedRequest) -> Bool {
        let digest = sha256(request.body).hexadecimal
        guard request.fields[Fields.Name("x-amz-content-sha256")] == digest,
            let date = request.fields[Fields.Name("x-amz-date")],
            let authorization = request.fields[.authorization],
            let names = part("SignedHeaders", of: authorization)
        else { return false }
        let lines = names.split(separator: ";").map { name in
            "\(name):\(request.fields[Fields.Name(String(name))] ?? "")\n"
        }
        let canonical =
            "\(request.method)\n\(request.target)\n\n\(lines.joined())\n\(names)\n\(digest)"
        let day = String(date.prefix(8))
        let scope = "\(day)/\(region)/s3/aws4_request"
        let text = "AWS4-HMAC-SHA256\n\(date)\n\(scope)\n\(sha256(canonical).hexadecimal)"
        let key = [day, region, "s3", "aws4_request"].reduce(Array("AWS4\(secretAccessKey)".utf8)) {
            hmacSHA256(Array($1.utf8), key: $0)
        }
        return part("Credential", of: authorization) == "\(accessKeyID)/\(scope)"
            && part("Signature", of: authorization)
                == hmacSHA256(Array(text.utf8), key: key).hexadecimal
    }

    private static func part(_ name: String, of authorization: String) -> String? {
        authorization.split(whereSeparator: { $0 == " " || $0 == "," })
            .first { $0.hasPrefix("\(name)=") }
            .map { String($0.dropFirst(name.count + 1)) }
    }
}
