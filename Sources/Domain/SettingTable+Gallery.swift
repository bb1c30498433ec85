extension Setting {
    static let gallery: [Setting] =
        live(
            .gallery, "GALLERY_",
            [
                (
                    "ACCESS", choice(GalleryAccess.self), "auto",
                    "Who may use the gallery without a token; auto is open on loopback without a proxy, else token."
                ),
                (
                    "REQUIRE_USER_ID", .bool, "false",
                    "Whether lists must name a user_id."
                ),
                (
                    "TRASH_DAYS", .integer(0...36_500), "0",
                    "Days after which deleted images are removed for good; 0 means never."
                ),
            ])
        + live(
            .gallery, "",
            [
                (
                    "ALLOWED_HOSTS", .hosts, "",
                    "Names, beside loopback, under which browsers may reach what needs no token."
                )
            ])

    static let fetching: [Setting] = live(
        .fetching, "FETCH_",
        [
            ("PORTS", .ports, "80,443", "Ports that pictures are fetched from."),
            (
                "ALLOW_HOSTS", .hosts, "",
                "Hosts, as HOST:PORT, that are fetched from whatever their address and port."
            ),
            (
                "MAX_MB", .integer(1...100), "10",
                "The size of a fetched picture in units of 1,048,576 bytes."
            ),
            ("TIMEOUT_S", .integer(1...600), "30", "Seconds that fetching a picture may take."),
        ])
}

/// Who may use the gallery.
package enum GalleryAccess: String, CaseIterable, SettingRepresentable {
    /// `open` where only this machine can connect, else `token`.
    case auto
    /// Nobody needs a token.
    case open
    /// Everybody does.
    case token
}

extension SettingKey<GalleryAccess> {
    package static var galleryAccess: Self { Self("GALLERY_ACCESS") }
}
extension SettingKey<Bool> {
    package static var galleryRequiresUserID: Self { Self("GALLERY_REQUIRE_USER_ID") }
}
extension SettingKey<Int> {
    package static var galleryTrashDays: Self { Self("GALLERY_TRASH_DAYS") }
    package static var fetchMaxMB: Self { Self("FETCH_MAX_MB") }
    package static var fetchTimeoutSeconds: Self { Self("FETCH_TIMEOUT_S") }
}
extension SettingKey<[String]> {
    package static var allowedHosts: Self { Self("ALLOWED_HOSTS") }
    package static var fetchPorts: Self { Self("FETCH_PORTS") }
    package static var fetchAllowHosts: Self { Self("FETCH_ALLOW_HOSTS") }
}
