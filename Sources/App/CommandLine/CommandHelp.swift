import Domain

/// The texts of `--help`, made from the table of commands.
package enum CommandHelp {
    /// Help about all commands (no topic), about one, or about a group.
    package static func text(about topics: [Verb], columns: Int = 100) -> String {
        if topics.count == 1 { return text(about: topics[0].command, columns: columns) }
        let shown = Command.all.filter {
            topics.isEmpty ? !$0.isHidden : topics.contains($0.verb)
        }
        var text = topics.isEmpty ? opening : "Commands:\n"
        text += rows(shown.map { ($0.verb.rawValue, $0.summary + ".") }, columns: columns)
        text += "\nEvery command has --help and --json; names with underscores work too.\n"
        return text
    }

    private static let opening = """
        Tintype takes photos in and gives meaning back.

        Usage: tintype COMMAND [ARGUMENT…] [OPTION…]

        Commands:

        """

    private static func text(about command: Command, columns: Int) -> String {
        var text = "Usage: \(command.usage)\n\n\(command.summary).\n"
        if !command.details.isEmpty {
            text += "\n" + wrapped(command.details, width: columns).joined(separator: "\n") + "\n"
        }
        if !command.arguments.isEmpty {
            text += "\nArguments:\n"
            text += rows(command.arguments.map { ($0.name, $0.help) }, columns: columns)
        }
        let own = command.options.filter { !Command.isStartup($0) } + Command.common
        text += "\nOptions:\n" + rows(own.map { ($0.usage, $0.help) }, columns: columns)
        for section in Setting.Section.allCases {
            let options = command.options.filter { option in
                Setting.startup.contains { $0.flag == option.name && $0.section == section }
            }
            if options.isEmpty { continue }
            text += "\n\(section.rawValue):\n"
            text += rows(options.map { ($0.usage, $0.help) }, columns: columns)
        }
        let codes = Set(command.exitCodes + [.ok, .usage]).sorted { $0.rawValue < $1.rawValue }
        text += "\nExit codes:\n"
        return text + rows(codes.map { (String($0.rawValue), $0.meaning + ".") }, columns: columns)
    }

    /// Two columns; a left part that is too wide stands on a line of its own.
    private static func rows(_ rows: [(String, String)], columns: Int) -> String {
        let widest = rows.map(\.0.count).filter { $0 <= 30 }.max() ?? 0
        let indent = String(repeating: " ", count: widest + 4)
        var text = ""
        for (left, right) in rows {
            let lines = wrapped(right, width: max(30, columns - indent.count))
            let fits = left.count <= widest
            let padding =
                fits ? String(repeating: " ", count: widest - left.count + 2) : "\n" + indent
            text += "  " + left + padding + lines.joined(separator: "\n" + indent) + "\n"
        }
        return text
    }

    private static func wrapped(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty && line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return lines + [line]
    }
}
