import Glibc

#if FUZZING
    import CFuzzer
#endif

/// Feeds hostile bytes to one parser: `tintype-fuzz PARSER …`.
///
/// Built by `config/fuzz` it is a libFuzzer program that takes libFuzzer's arguments; built plainly it runs the
/// parser once over each file it is given, so that a finding can be looked at in a debugger.
@main enum Fuzz {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count > 1, let parser = FuzzedParser(rawValue: arguments[1]) else {
            let names = FuzzedParser.allCases.map(\.rawValue).joined(separator: " | ")
            print("usage: tintype-fuzz \(names) [FILE… | libFuzzer's arguments]")
            exit(64)
        }
        run(parser, Array(arguments.dropFirst(2)))
    }

    #if FUZZING
        /// libFuzzer's callback can carry no context.
        // Proof of safety: set once, before the loop starts.
        nonisolated(unsafe) private static var chosen = FuzzedParser.head

        private static func run(_ parser: FuzzedParser, _ arguments: [String]) {
            chosen = parser
            var count = Int32(arguments.count + 1)
            var texts: [UnsafeMutablePointer<CChar>?] =
                ([CommandLine.arguments[0]] + arguments).map { strdup($0) } + [nil]
            let status = texts.withUnsafeMutableBufferPointer { buffer in
                var base = buffer.baseAddress
                return LLVMFuzzerRunDriver(&count, &base) { data, size in
                    Fuzz.chosen.check(Array(UnsafeBufferPointer(start: data, count: size)))
                    return 0
                }
            }
            exit(status)
        }
    #else
        private static func run(_ parser: FuzzedParser, _ paths: [String]) {
            for path in paths {
                guard let file = fopen(path, "r") else {
                    perror(path)
                    exit(66)
                }
                var bytes = [UInt8](repeating: 0, count: 1 << 20)
                let count = fread(&bytes, 1, bytes.count, file)
                fclose(file)
                parser.check(Array(bytes[..<count]))
            }
        }
    #endif
}
