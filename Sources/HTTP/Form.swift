extension Request {
    /// Why a request holds no form.
    package enum FormError: Error, Hashable {
        /// The content type is not `application/x-www-form-urlencoded`.
        case notForm
        case malformed(Query.ParseError)
        case body(BodyError)
    }

    /// Reads the body as an urlencoded form.
    package func form(upTo limit: Int = 1 << 20) async throws(FormError) -> Query {
        guard mediaType == "application/x-www-form-urlencoded" else { throw .notForm }
        let bytes: [UInt8]
        do {
            bytes = try await body.collect(upTo: limit)
        } catch {
            throw .body(error)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed(.malformed)
        }
        do {
            return try Query(parsing: text)
        } catch {
            throw .malformed(error)
        }
    }
}
