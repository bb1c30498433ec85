import Domain

/// A script for bash, made from the table of commands.
package enum BashCompletion {
    package static func script() -> String {
        let verbs = Command.all.filter { !$0.isHidden }.map(\.verb)
        var firstWords: [String] = []
        for verb in verbs where !firstWords.contains(verb.words[0]) {
            firstWords.append(verb.words[0])
        }
        var text = """
            # bash completion for tintype; load it with: source <(tintype completion bash)
            _tintype() {
                local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
                local command="${COMP_WORDS[1]//_/-}" words=""
                COMPREPLY=()
                if (( COMP_CWORD == 1 )); then
                    COMPREPLY=($(compgen -W "\(firstWords.joined(separator: " "))" -- "$current"))
                    return
                fi
                case "$command" in

            """
        for first in firstWords {
            let seconds = verbs.filter { $0.words[0] == first && $0.words.count > 1 }
            if seconds.isEmpty { continue }
            let names = seconds.map { $0.words[1] }.joined(separator: " ")
            text += """
                    \(first))
                        if (( COMP_CWORD == 2 )); then
                            COMPREPLY=($(compgen -W "\(names)" -- "$current"))
                            return
                        fi
                        command="$command ${COMP_WORDS[2]}" ;;

                """
        }
        text += """
                esac
                case "$command:$previous" in

            """
        for verb in verbs {
            for option in verb.command.allOptions {
                guard let reply = reply(to: option) else { continue }
                text +=
                    "        \"\(verb.rawValue):\(option.name)\") COMPREPLY=(\(reply)); return ;;\n"
            }
        }
        text += """
                esac
                case "$command" in

            """
        for verb in verbs {
            var words = verb.command.allOptions.map(\.name)
            if verb.command.arguments.first?.name == "KEY" {
                words = (verb == .settingsSet ? Setting.live : Setting.all).map(\.name) + words
            }
            if verb == .help { words = firstWords + words }
            text += "        \"\(verb.rawValue)\") words=\"\(words.joined(separator: " "))\" ;;\n"
        }
        return text + """
                esac
                COMPREPLY=($(compgen -W "$words" -- "$current"))
                [[ $command == test-photo-upload ]] && COMPREPLY+=($(compgen -f -- "$current"))
            }
            complete -F _tintype tintype

            """
    }

    private static func reply(to option: Command.Option) -> String? {
        switch option.kind {
        case .flag: nil
        case .path: "$(compgen -f -- \"$current\")"
        case .choice(let words): "$(compgen -W \"\(words.joined(separator: " "))\" -- \"$current\")"
        case .text(let word) where word.contains("|"):
            "$(compgen -W \"\(word.replacing("|", with: " "))\" -- \"$current\")"
        case .text, .integer, .duration: ""
        }
    }
}
