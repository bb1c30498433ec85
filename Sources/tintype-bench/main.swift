import Glibc

let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "vectors":
    exit(await VectorsBench.main(Array(arguments.dropFirst())))
default:
    print("usage: tintype-bench vectors --base B.f32 --queries Q.f32 --truth T.i32 [--json]")
    exit(2)
}
