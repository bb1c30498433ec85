/// A field value of the form `value; name=token; name="quoted"`, taken apart.
package struct FieldParameters: Hashable, Sendable {
    /// What stands before the first semicolon, in lower case.
    package let value: String
    private var parameters: [(name: String, value: String)] = []

    /// Nil when the parameters break the grammar or one is given twice.
    package init?(parsing text: String) {
        let bytes = text.utf8
        let end = bytes.firstIndex(of: 0x3B) ?? bytes.endIndex
        value = ASCII.trimmed(text[..<end]).lowercased()
        var rest = text[end...]
        while true {
            rest = ASCII.trimmed(rest)
            if rest.isEmpty { break }
            guard rest.utf8.first == 0x3B else { return nil }
            rest = ASCII.trimmed(rest.dropFirst())
            // A semicolon at the very end is common and harmless.
            if rest.isEmpty { break }
            guard let equals = rest.utf8.firstIndex(of: 0x3D), equals > rest.startIndex,
                rest[..<equals].utf8.allSatisfy(ASCII.isToken)
            else { return nil }
            let name = rest[..<equals].lowercased()
            rest = rest[rest.utf8.index(after: equals)...]
            guard self[name] == nil, let value = FieldParameters.takeValue(&rest) else {
                return nil
            }
            parameters.append((name, value))
        }
    }

    package subscript(name: String) -> String? {
        parameters.first { $0.name == name }?.value
    }

    private static func takeValue(_ rest: inout Substring) -> String? {
        let bytes = rest.utf8
        guard bytes.first == 0x22 else {
            let end = bytes.firstIndex { $0 == 0x3B || ASCII.isBlank($0) } ?? bytes.endIndex
            defer { rest = rest[end...] }
            return String(rest[..<end])
        }
        var value: [UInt8] = []
        var index = bytes.index(after: bytes.startIndex)
        while index < bytes.endIndex {
            var byte = bytes[index]
            if byte == 0x22 {
                rest = rest[bytes.index(after: index)...]
                return String(decoding: value, as: UTF8.self)
            }
            let following = bytes.index(after: index)
            // Only quotes and backslashes are unescaped: old browsers sent whole Windows paths in here.
            if byte == 0x5C, following < bytes.endIndex,
                bytes[following] == 0x22 || bytes[following] == 0x5C
            {
                index = following
                byte = bytes[index]
            }
            value.append(byte)
            index = bytes.index(after: index)
        }
        return nil
    }

    package static func == (left: FieldParameters, right: FieldParameters) -> Bool {
        left.value == right.value && left.parameters.elementsEqual(right.parameters, by: ==)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(value)
        for parameter in parameters {
            hasher.combine(parameter.name)
            hasher.combine(parameter.value)
        }
    }
}
