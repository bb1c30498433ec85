import App
import Glibc

@main
struct Tintype {
    static func main() async {
        exit(await TintypeCommand.main(arguments: Array(CommandLine.arguments.dropFirst())))
    }
}
