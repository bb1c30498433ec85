import Foundation

/// Everything that has a figure to reach: the main job, the HTTP server, the queue, the lists, then the vector sets that were made beforehand.
enum AllBenches {
    static let folder = ".build/bench"

    static func main() async -> Int32 {
        let code = await PhotosBench.main([])
        guard code == 0 else { return code }
        let http = await HTTPBench.main([])
        guard http == 0 else { return http }
        let jobs = await JobsBench.main([])
        guard jobs == 0 else { return jobs }
        let lists = await GalleryLists.main([])
        guard lists == 0 else { return lists }
        let bases = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
            .filter { $0.hasSuffix(".base.f32") }.sorted()
        if bases.isEmpty { note("There are no vector sets in \(folder): vectors are left out.") }
        for base in bases {
            let set = folder + "/" + base.dropLast(".base.f32".count)
            let code = await VectorsBench.main([
                "--base", set + ".base.f32", "--queries", set + ".query.f32",
                "--truth", set + ".truth.i32",
            ])
            guard code == 0 else { return code }
        }
        return 0
    }
}
