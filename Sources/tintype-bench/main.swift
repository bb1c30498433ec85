import Glibc

let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "photos":
    exit(await PhotosBench.main(Array(arguments.dropFirst())))
case "http":
    exit(await HTTPBench.main(Array(arguments.dropFirst())))
case "http-server":
    exit(await BenchServer.main(Array(arguments.dropFirst())))
case "vectors":
    exit(await VectorsBench.main(Array(arguments.dropFirst())))
case "jobs":
    exit(await JobsBench.main(Array(arguments.dropFirst())))
case "job-kills":
    exit(await JobKills.main(Array(arguments.dropFirst())))
case "job-victim":
    exit(await JobVictim.main(Array(arguments.dropFirst())))
case "lists":
    exit(await GalleryLists.main(Array(arguments.dropFirst())))
case "all":
    exit(await AllBenches.main())
default:
    print("usage: tintype-bench all")
    print("       tintype-bench photos [--only WORK,…] [--data DIR] [--runs N]")
    print("       tintype-bench http [--only WORK,…] [--data DIR] [--seconds N]")
    print("       tintype-bench jobs [--only WORK,…] [--data DIR] [--runs N]")
    print("       tintype-bench job-kills [--kills N] [--jobs N] [--data DIR]")
    print("       tintype-bench lists")
    print(
        "       tintype-bench vectors [--only SET|latency|crossover|million,…] [--data DIR] [--rounds N]"
    )
    print(
        "       tintype-bench vectors --base B.f32 --queries Q.f32 --truth T.i32 [--ef N,…] [--json]"
    )
    exit(2)
}
