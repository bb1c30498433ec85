import HTTP
import Testing

/// Uploads that are not taken, and the sentences that say so (§1 and §3.2).
@Suite struct RefusedUploadTests {
    private static let notAPicture =
        "Upload a valid image. The file you uploaded was either not an image or a corrupted image."

    private static func image(_ message: String) -> String { #"{"image":["\#(message)"]}"# }

    @Test func `row 11: what is no picture is refused before anybody is asked`() async throws {
        try await TestDaemon.run { daemon in
            var text = Form()
            text.text("image", "holiday")
            var empty = Form()
            empty.file("image", [])
            let jpeg = Picture.scene(11).jpeg()
            let cases: [(Form, String)] = [
                (Form(as: "F1"), "No file was submitted."),
                (
                    text,
                    "The submitted data was not a file. Check the encoding type on the form."
                ),
                (empty, "The submitted file is empty."),
                (
                    Form(Picture.plain(1, 2, 3).bmp),
                    "Unsupported image type: image/bmp. "
                        + "Allowed types: JPEG, PNG, WebP, GIF, HEIC."
                ),
                (Form(try Picture.fixture("formats/text.txt")), Self.notAPicture),
                (Form(Array(jpeg.prefix(jpeg.count / 2))), Self.notAPicture),
                (Form(try Picture.fixture("hostile/truncated-rgb.png")), Self.notAPicture),
            ]
            for (form, message) in cases {
                let answer = try await daemon.upload(form)
                #expect(answer.status == 400 && answer.text == Self.image(message))
            }
            let form = try await daemon.send(
                .post, TestDaemon.uploadPath,
                fields: [.contentType: "application/x-www-form-urlencoded"],
                body: Array("fingerprint=F1".utf8))
            #expect(form.status == 400 && form.text == Self.image("No file was submitted."))
            #expect(daemon.provider.calls.isEmpty)
            #expect(daemon.files().isEmpty && daemon.files(in: "spool").isEmpty)
        }
    }

    @Test(arguments: [
        ("other.tiff", "image/tiff"), ("other.avif", "image/avif"),
        ("other.ico", "image/x-icon"), ("other.jp2", "image/jp2"),
        ("other.psd", "image/vnd.adobe.photoshop"),
    ])
    func `a picture of another type is refused by its name`(name: String, type: String)
        async throws
    {
        try await TestDaemon.run { daemon in
            let answer = try await daemon.upload(try Picture.fixture("formats/" + name))
            let message = "Unsupported image type: \(type). "
            #expect(answer["image.0"]?.string?.hasPrefix(message) == true, "\(answer.text)")
        }
    }

    @Test func `row 13: ten mebibytes are taken, one byte more is not`() async throws {
        try await TestDaemon.run { daemon in
            let photo = Picture.scene(13).jpeg()
            let limit = 10 * 1_048_576
            let padded = photo + [UInt8](repeating: 0, count: limit - photo.count)
            #expect(try await daemon.upload(padded).status == 201)
            let message = Self.image("Image file too large. Maximum size is 10MB.")
            let over = try await daemon.upload(padded + [0])
            #expect(over.status == 400 && over.text == message)
            try await daemon.set("MAX_FILE_SIZE_MB", "1")
            let smaller = try await daemon.upload(padded)
            #expect(smaller.text == Self.image("Image file too large. Maximum size is 1MB."))
            #expect(daemon.files(in: "spool").isEmpty)
        }
    }

    @Test func `row 13: a length of a gigabyte is refused before the body is sent`()
        async throws
    {
        try await TestDaemon.run { daemon in
            let answer = try await onThread { [port = daemon.port] in
                let connection = try RawConnection(port: port)
                connection.send(
                    "POST /api/photo-analysis/upload/ HTTP/1.1\r\nHost: x\r\n"
                        + "Content-Type: multipart/form-data; boundary=b\r\n"
                        + "Content-Length: 1073741824\r\nExpect: 100-continue\r\n\r\n")
                return try connection.answer()
            }
            #expect(answer.status == 400)
            #expect(answer.body == Self.image("Image file too large. Maximum size is 10MB."))
        }
    }

    @Test(arguments: [
        (10_000, 10_000, "Image is too large. Maximum is 50 megapixels."),
        (20_000, 10, "Image is too large. Maximum side is 16384 pixels."),
    ])
    func `row 14: too many pixels are refused from the header alone`(
        width: Int, height: Int, message: String
    ) async throws {
        try await TestDaemon.run { daemon in
            let answer = try await daemon.upload(Picture.png(width: width, height: height))
            #expect(answer.status == 400 && answer.text == Self.image(message))
        }
    }

    @Test func `row 16: wrong types, methods and ids are told apart`() async throws {
        try await TestDaemon.run { daemon in
            let json = try await daemon.post(TestDaemon.uploadPath, "{}")
            #expect(json.status == 415)
            #expect(
                json.text
                    == #"{"detail":"Unsupported media type \"application/json\" in request."}"#)
            let form = Form(Picture.unique(1))
            let unbound = try await daemon.send(
                .post, TestDaemon.uploadPath, fields: [.contentType: "multipart/form-data"],
                body: form.body)
            #expect(unbound.status == 400)
            #expect(unbound.text == #"{"detail":"Multipart form parse error."}"#)
            let cut = try await daemon.send(
                .post, TestDaemon.uploadPath, fields: [.contentType: form.contentType],
                body: Array(form.body.dropLast(20)))
            #expect(cut.text == #"{"detail":"Multipart form parse error."}"#)
            for method in [Method.put, .get, .delete, .patch] {
                let answer = try await daemon.send(method, TestDaemon.uploadPath)
                #expect(answer.status == 405)
                #expect(
                    answer.text == #"{"detail":"Method \"\#(method.rawValue)\" not allowed."}"#)
                #expect(answer[.allow] == "OPTIONS, POST")
            }
            let unknown = "/api/photo-analysis/00000000-0000-4000-8000-000000000000"
            for path in [
                unknown, unknown + "/image", "/api/photo-analysis/nonsense", "/api/chats/x",
            ] {
                let answer = try await daemon.get(path)
                #expect(answer.status == 404 && answer.text == #"{"detail":"Not found."}"#)
            }
        }
    }

    @Test(arguments: [
        (Method.post, "/api/photo-analysis/", "GET, HEAD, OPTIONS"),
        (.delete, "/api/photo-analysis/recent", "GET, HEAD, OPTIONS"),
        (
            .put, "/api/photo-analysis/00000000-0000-4000-8000-000000000000/",
            "DELETE, GET, HEAD, OPTIONS"
        ),
        (
            .post, "/api/photo-analysis/00000000-0000-4000-8000-000000000000/image",
            "GET, HEAD, OPTIONS"
        ),
        (.get, "/api/chats/create-from-photo/", "OPTIONS, POST"),
        (.get, "/api/chats/discover/x/join/", "OPTIONS, POST"),
        (.put, "/api/chats/discover/x/", "GET, HEAD, OPTIONS, PATCH"),
    ])
    func `a wrong method is told the right ones`(
        method: Method, path: String, allow: String
    ) async throws {
        try await TestDaemon.run { daemon in
            let answer = try await daemon.send(method, path)
            #expect(answer.status == 405 && answer[.allow] == allow)
            #expect(answer.text == #"{"detail":"Method \"\#(method.rawValue)\" not allowed."}"#)
        }
    }

    @Test func `too many parts are refused`() async throws {
        try await TestDaemon.run { daemon in
            var form = Form(Picture.unique(1))
            for number in 0..<20 { form.text("field\(number)", "x") }
            let answer = try await daemon.upload(form)
            #expect(answer.status == 400 && answer.text == #"{"detail":"Too many parts."}"#)
        }
    }

    @Test func `hostile pictures harm nobody`() async throws {
        try await TestDaemon.run { daemon in
            for name in [
                "apng-outside.png", "bad-codes.gif", "box-size-4gb.heic", "chunk-length-4gb.png",
                "exif-directory-loop.jpg", "lying-size-7000.heic", "many-scans.jpg",
                "polyglot-html.jpg", "riff-size-4gb.webp", "zero-size.png", "zeros.heic",
                "empty.jpg", "one-byte.png",
            ] {
                let answer = try await daemon.upload(try Picture.fixture("hostile/" + name))
                #expect([201, 400].contains(answer.status), "\(name): \(answer.text)")
            }
            #expect(try await daemon.upload(Picture.unique(1)).status == 201)
            #expect(daemon.files(in: "spool").isEmpty)
        }
    }
}
