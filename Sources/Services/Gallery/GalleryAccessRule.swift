import Domain

/// Decides who may use the gallery without a token.
package struct GalleryAccessRule: Sendable {
    private let settings: SettingsService
    /// Whether only this machine can reach the daemon, without a proxy in between.
    private let isLocal: @Sendable () -> Bool

    package init(settings: SettingsService, isLocal: @escaping @Sendable () -> Bool) {
        self.settings = settings
        self.isLocal = isLocal
    }

    /// Whether nobody needs a token.
    package var isOpen: Bool {
        switch settings.current[.galleryAccess] {
        case .open: true
        case .token: false
        case .auto: isLocal()
        }
    }

    /// Names beside loopback under which browsers may reach an open gallery.
    package var allowedHosts: [String] { settings.current[.allowedHosts] }
    package var requiresUserID: Bool { settings.current[.galleryRequiresUserID] }
}
