import Domain
import Providers
import Testing

/// Views of one scene and of different scenes, compared as the search for rooms compares them.
@Suite struct NearViewTests {
    /// The two embeddings and the room keys of one view.
    private struct Seen {
        var vectors: [[Float]]
        var keys: Set<String>

        init(_ raster: Raster) throws {
            let analysis = SceneAnalysis(raster)
            let answers = try Answers(analysis)
            keys = answers.keys
            vectors = [answers.captionText, answers.fullText].map(analysis.embedding)
        }

        func distances(to other: Seen) -> [Double] {
            zip(vectors, other.vectors).map { p, q in
                1 - zip(p, q).reduce(0) { $0 + Double($1.0) * Double($1.1) }
            }
        }
    }

    @Test func `near views lie together and different scenes apart`() throws {
        let scenes = try Picture.scenes.map { try Seen($0.raster) }
        var near: [Double] = []
        var nearKeys: [Int] = []
        for (scene, seen) in zip(Drawing.scenes, scenes) {
            for view in Drawing.nearViews {
                let other = try Seen(scene.raster(view))
                near += seen.distances(to: other)
                nearKeys.append(seen.keys.intersection(other.keys).count)
            }
        }
        var far: [Double] = []
        var farKeys: [Int] = []
        for i in scenes.indices {
            for j in 0..<i {
                far += scenes[i].distances(to: scenes[j])
                farKeys.append(scenes[i].keys.intersection(scenes[j].keys).count)
            }
        }
        print(
            """
            near views:       p95 \(percentile(near, 95)), max \(percentile(near, 100)), \
            fewest shared rooms \(percentile(nearKeys, 0))
            different scenes: p5 \(percentile(far, 5)), min \(percentile(far, 0)), \
            most shared rooms \(percentile(farKeys, 100))
            """)
        #expect(percentile(near, 95) < 0.25)
        #expect(percentile(near, 100) < 0.4)
        #expect(percentile(nearKeys, 5) >= 5)
        #expect(percentile(far, 5) > 0.45)
        #expect(percentile(far, 0) > 0.3)
        #expect(percentile(farKeys, 100) <= 7)
    }

    @Test func `one picture is at no distance from itself`() throws {
        let seen = try Seen(Picture.scenes[0].raster)
        #expect(try seen.vectors == Seen(Picture.scenes[0].raster).vectors)
        #expect(seen.distances(to: seen).allSatisfy { abs($0) < 1e-6 })
    }

    private func percentile<T: Comparable>(_ values: [T], _ percent: Int) -> T {
        values.sorted()[(values.count - 1) * percent / 100]
    }
}
