/// Everything that has a figure to reach: the main job, the HTTP server, the queue, the lists, then the vectors.
enum AllBenches {
    static func main() async -> Int32 {
        let benches = [
            PhotosBench.main, HTTPBench.main, JobsBench.main, GalleryLists.main, VectorsBench.main,
        ]
        for bench in benches {
            let code = await bench([])
            guard code == 0 else { return code }
        }
        return 0
    }
}
