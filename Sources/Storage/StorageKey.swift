/// The grammar of keys: what is accepted here can never leave the folder it is put in.
enum StorageKey {
    /// Names joined by slashes, each of ASCII letters, digits, `-`, `_` and `.`, none beginning with a dot.
    static func isValid(_ key: String) -> Bool {
        let names = key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return key.utf8.count <= 512 && (2...4).contains(names.count) && names.allSatisfy(isName)
    }

    static func isName(_ name: some Collection<UInt8>) -> Bool {
        guard let first = name.first, first != UInt8(ascii: "."), name.count <= 128 else {
            return false
        }
        return name.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
            default: false
            }
        }
    }

    /// All but the last name.
    static func folder(of key: String) -> String {
        key.lastIndex(of: "/").map { String(key[..<$0]) } ?? ""
    }
}
