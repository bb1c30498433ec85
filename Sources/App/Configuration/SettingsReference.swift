import Domain

/// What is made from the table of settings for people to read.
package enum SettingsReference {
    /// The commented sample of a configuration file, with every setting at its default.
    package static func sampleFile() -> String {
        var text = """
            # Configuration of Tintype, read from /etc/tintype/tintype.conf, $TINTYPE_CONFIG or --config FILE.
            # One setting a line: KEY = value. Quotes keep blanks; in double quotes \\n is a line end.
            # Options of the command line and environment variables of the same names go before this file.
            # Every line below shows a default; remove the number sign to change it.
            #
            # A secret is better kept in a file of its own, named by the environment variable NAME_FILE (OPENAI_API_KEY_FILE),
            # or handed over as a credential of systemd called NAME; see LoadCredential= in tintype.service.

            """
        for section in Setting.Section.allCases {
            text += "\n# ---- \(section.rawValue) ----\n"
            for setting in Setting.all where setting.section == section {
                text += "\n# \(setting.help)\n"
                text += "# \(capitalised(setting.expectation))\(isPinning(setting)).\n"
                let value = ConfigurationFile.quoted(setting.defaultText)
                text += "#\(setting.name) =\(value.isEmpty ? "" : " " + value)\n"
            }
        }
        return text
    }

    /// The documentation of all settings, in Markdown.
    package static func documentation() -> String {
        var text = ""
        for section in Setting.Section.allCases {
            text += "### \(section.rawValue)\n\n"
            text += "| setting | option | may be | default | meaning |\n|---|---|---|---|---|\n"
            for setting in Setting.all where setting.section == section {
                let flag = setting.flag.map { "`\($0)`" } ?? "–"
                text += "| `\(setting.name)` | \(flag) | \(setting.expectation) "
                text += "| \(shownDefault(setting)) | \(setting.help) |\n"
            }
            text += "\n"
        }
        return text
    }

    private static func shownDefault(_ setting: Setting) -> String {
        if case .prose = setting.kind { return "a built-in text" }
        return setting.defaultText.isEmpty ? "–" : "`\(setting.defaultText)`"
    }

    private static func isPinning(_ setting: Setting) -> String {
        setting.isLive ? "; set here it cannot be changed while the daemon runs" : ""
    }

    private static func capitalised(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst()
    }
}
