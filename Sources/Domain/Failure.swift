/// Something that went wrong in a way its caller can understand: a code for programs and a sentence for people.
///
/// The sentence names the cause and the next step and never holds a path, a key, SQL or another user's data.
package struct Failure: Error, Sendable, Equatable {
    package enum Code: String, Sendable {
        case invalid, notFound, conflict, unauthorized, forbidden, tooLarge, limited, unavailable
        case storageFull, gone, `internal`
    }

    package let code: Code
    package let message: String
    /// The field that is at fault, where there is one.
    package let field: String?

    package init(_ code: Code, _ message: String, field: String? = nil) {
        self.code = code
        self.message = message
        self.field = field
    }
}
