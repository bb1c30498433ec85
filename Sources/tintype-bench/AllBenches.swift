/// Everything that has a figure to reach: the main job, the HTTP server, then the vectors.
enum AllBenches {
    static func main() async -> Int32 {
        let code = await PhotosBench.main([])
        guard code == 0 else { return code }
        let http = await HTTPBench.main([])
        guard http == 0 else { return http }
        return await VectorsBench.main([])
    }
}
