import API
import Domain
import HTTP
import Services
import Synchronization

extension Installation {
    /// The routes of the gallery.
    func galleryRoutes(_ frontend: Frontend) -> [Route] {
        GalleryRoutes(
            gallery: gallery,
            rule: GalleryAccessRule(settings: settings) { [self] in
                isReachedLocally.load(ordering: .relaxed) && configuration.trustedProxies.isEmpty
            },
            frontend: frontend, idempotency: idempotency,
            bodyLimit: configuration.startup[.maxJSONSize]
        ).routes
    }
}
