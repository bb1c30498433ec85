import HTTP

/// A piece of a page. Whatever is put into the literal is escaped; only other pieces go in as they are.
struct HTML: ExpressibleByStringInterpolation, Sendable {
    let text: String

    init(stringLiteral value: String) {
        text = value
    }

    init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
    }

    /// Pieces one after the other.
    init(_ pieces: [HTML]) {
        text = pieces.map(\.text).joined()
    }

    struct StringInterpolation: StringInterpolationProtocol {
        var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity * 2)
        }

        mutating func appendLiteral(_ literal: String) {
            text += literal
        }

        mutating func appendInterpolation(_ piece: HTML) {
            text += piece.text
        }

        mutating func appendInterpolation(_ number: Int) {
            text += String(number)
        }

        mutating func appendInterpolation(_ value: String) {
            for scalar in value.unicodeScalars {
                switch scalar {
                case "&": text += "&amp;"
                case "<": text += "&lt;"
                case ">": text += "&gt;"
                case "\"": text += "&quot;"
                case "'": text += "&#39;"
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
    }
}

/// The frame around every page.
enum Page {
    /// Scripts, styles and pictures come from here alone; nothing inline runs.
    private static let policy = """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
        connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'
        """

    static func response(
        title: String, script: String?, status: Status = .ok, _ content: HTML
    ) -> Response {
        let scriptTag: HTML = script.map { "<script type=\"module\" src=\"\($0)\"></script>" } ?? ""
        let page: HTML = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title)</title>
            <link rel="stylesheet" href="/assets/tintype.css">
            \(scriptTag)
            </head>
            <body>
            <header><a href="/">Tintype</a></header>
            <main>
            \(content)
            </main>
            </body>
            </html>

            """
        var response = Response.html(page.text, status: status)
        response.fields[.contentSecurityPolicy] = policy
        response.fields[.xContentTypeOptions] = "nosniff"
        response.fields[.referrerPolicy] = "same-origin"
        response.fields[.cacheControl] = "no-store"
        return response
    }
}
