import Domain
import HTTP
import HTTPClient

/// Files of one Dropbox account: the content API for their bytes, the other one for lists.
package struct Dropbox: RemoteFolder {
    private let client: HTTPClient
    private let token: String
    private let apiURL: String
    private let contentURL: String

    /// More than any page of a list takes.
    private static let maximumPageBytes = 16 << 20

    package init(client: HTTPClient, token: String, apiURL: String, contentURL: String) {
        self.client = client
        self.token = token
        self.apiURL = Self.withoutSlash(apiURL)
        self.contentURL = Self.withoutSlash(contentURL)
    }

    private static func withoutSlash(_ url: String) -> String {
        url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    package func bytes(at place: String, limit: Int) async throws(SourceFailure) -> [UInt8] {
        var request = ClientRequest(.post, contentURL + "/2/files/download")
        request.fields[.authorization] = "Bearer \(token)"
        request.fields[.dropboxArgument] = Self.ascii(
            JSONWriter.object { $0.field("path", place) })
        request.timeout = .seconds(60)
        request.maximumResponseBytes = limit
        let response: ClientResponse
        do throws(HTTPClientError) {
            response = try await client.send(request)
        } catch {
            if case .tooLarge = error {
                throw SourceFailure(.tooLarge, "file larger than \(limit >> 20) MB")
            }
            throw SourceFailure(.unavailable, "Dropbox: \(error)")
        }
        switch response.status.code {
        case 200: return response.body
        case 409 where Self.summary(response.body).contains("not_found"):
            throw SourceFailure(.gone, "not found in Dropbox")
        case let code: throw SourceFailure(.unavailable, "Dropbox error \(code)")
        }
    }

    package func list(
        _ path: String, recursive: Bool, cursor: String?
    ) async throws(RemoteFolderFailure) -> FolderPage {
        let body = JSONWriter.object { json in
            if let cursor {
                json.field("cursor", cursor)
            } else {
                json.field("path", path)
                json.field("recursive", recursive)
            }
        }
        let end = cursor == nil ? "/2/files/list_folder" : "/2/files/list_folder/continue"
        var request = ClientRequest(.post, apiURL + end, body: body)
        request.fields[.authorization] = "Bearer \(token)"
        request.fields[.contentType] = "application/json"
        request.timeout = .seconds(60)
        request.maximumResponseBytes = Self.maximumPageBytes
        let response: ClientResponse
        do throws(HTTPClientError) {
            response = try await client.send(request)
        } catch {
            throw RemoteFolderFailure(status: 0)
        }
        guard response.status.code == 200, let json = try? JSONValue(parsing: response.body),
            let entries = json["entries"]?.array
        else {
            let code = response.status.code
            throw RemoteFolderFailure(status: code == 200 ? 0 : code)
        }
        let files = entries.compactMap { entry -> FolderPage.File? in
            guard entry[".tag"]?.string == "file", let name = entry["name"]?.string,
                let path = entry["path_lower"]?.string
            else { return nil }
            return FolderPage.File(name: name, path: path)
        }
        return FolderPage(
            files: files, hasMore: json["has_more"]?.bool ?? false,
            cursor: json["cursor"]?.string)
    }

    private static func summary(_ body: [UInt8]) -> String {
        let json = try? JSONValue(parsing: body)
        let tags = [json?["error"]?[".tag"]?.string, json?["error"]?["path"]?[".tag"]?.string]
        return ([json?["error_summary"]?.string] + tags).compactMap(\.self).joined(separator: " ")
    }

    /// JSON in a header field: everything beyond ASCII as `\uXXXX`.
    private static func ascii(_ json: [UInt8]) -> String {
        String(decoding: json, as: UTF8.self).utf16.map { unit in
            guard unit >= 0x7F else { return String(UnicodeScalar(UInt8(unit))) }
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
    }
}

extension Fields.Name {
    static let dropboxArgument = Fields.Name("Dropbox-API-Arg")
}
