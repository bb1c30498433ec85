import Crypto
import Domain
import Glibc

extension ContentService {
    /// Runs `body` on an open file with the bytes as they came in.
    func withFile<T: Sendable>(
        of content: Content, _ body: (Int32) async throws -> T
    ) async throws -> T {
        switch try await original(of: content) {
        case nil: throw Failure(.gone, "The stored picture is gone.")
        case .file(let path, _):
            let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw Failure(.gone, "The stored picture is gone.") }
            defer { close(descriptor) }
            return try await body(descriptor)
        case .bytes(let bytes):
            let file = try await spool.write(bytes)
            return try await body(file.descriptor)
        }
    }
}

extension Content {
    /// The SHA-256 as it is written.
    package var digest: String { sha256.hexadecimal }
}
