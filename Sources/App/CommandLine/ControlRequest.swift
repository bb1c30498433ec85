import FoundationEssentials

/// What a command line asks a running daemon to do: the body of POST /control/run.
package struct ControlRequest: Sendable, Equatable, Codable {
    /// The words of the command line, without the program's name.
    package var arguments: [String]
    /// The caller's working directory, for relative paths.
    package var directory: String
    /// The password or the file that the command needs.
    package var input: [UInt8]?
    package var traits: OutputTraits

    package init(
        arguments: [String], directory: String, input: [UInt8]?, traits: OutputTraits
    ) {
        self.arguments = arguments
        self.directory = directory
        self.input = input
        self.traits = traits
    }

    private enum CodingKeys: String, CodingKey {
        case arguments = "argv"
        case directory, input, traits
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        arguments = try container.decode([String].self, forKey: .arguments)
        directory = try container.decode(String.self, forKey: .directory)
        input = try container.decodeIfPresent(Data.self, forKey: .input).map(Array.init)
        traits = try container.decode(OutputTraits.self, forKey: .traits)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(arguments, forKey: .arguments)
        try container.encode(directory, forKey: .directory)
        try container.encodeIfPresent(input.map { Data($0) }, forKey: .input)
        try container.encode(traits, forKey: .traits)
    }

    package var json: [UInt8] { (try? JSONEncoder().encode(self)).map(Array.init) ?? [] }

    package init?(json: [UInt8]) {
        guard let request = try? JSONDecoder().decode(Self.self, from: Data(json)) else {
            return nil
        }
        self = request
    }
}
