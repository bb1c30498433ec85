import Domain
import SQLite
import Store
import Testing

@Suite struct ContentTests {
    @Test func `every column that keeps a blob alive is known`() async throws {
        let temporary = try TemporaryStore()
        await temporary.store.close()
        let connection = try Connection(path: temporary.folder + "/test.db")
        let columns = try connection.all(
            """
            SELECT m.name, f."from" FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f
            WHERE m.type = 'table' AND f."table" = 'blobs' AND f.on_delete <> 'CASCADE'
            """
        ) { "\(try $0[0] as String).\(try $0[1] as String)" }
        #expect(Set(columns) == Set(BlobReference.all.map { "\($0.table).\($0.column)" }))
        for reference in BlobReference.all {
            let plan = try connection.all(
                "EXPLAIN QUERY PLAN SELECT 1 FROM \(reference.table) WHERE \(reference.column) = 1"
            ) { try $0[3] as String }
            #expect(plan.allSatisfy { $0.hasPrefix("SEARCH") }, "\(plan)")
        }
    }

    @Test func `content goes with its last reference, and all that was made of it`() async throws {
        let temporary = try TemporaryStore()
        let outcome = try await temporary.store.write { tables throws -> [Leftovers] in
            let picture = try Self.adopt(1, "a", tables)
            let thumbnail = try Self.adopt(2, "b", tables)
            try tables.renditions.insert("cover-200-q80", of: picture, result: thumbnail)
            let look = StoredEmbedding(
                id: 7, space: .image, owner: .init(.blob, picture), model: "m", slot: 3,
                createdAt: Time(milliseconds: 0))
            _ = try tables.embeddings.replace(with: look)
            let used = try tables.blobs.release(thumbnail)
            let unused = try tables.blobs.release(picture)
            #expect(try tables.blobs.content(thumbnail) == nil)
            #expect(try tables.embeddings.count(in: .image) == 0)
            #expect(unused.vectors == [look])
            return [used, unused]
        }
        #expect(outcome.map(\.files) == [[], [.local("contents/a"), .local("contents/b")]])
    }

    @Test func `the same bytes are named once, a photo's picture beside them`() async throws {
        let temporary = try TemporaryStore()
        try await temporary.store.add(
            Sample.photo(1, blob: Sample.blob(1, sha256: Sample.digest(5, 32))))
        try await temporary.store.write { tables throws -> Void in
            let first = try tables.blobs.adopt(
                sha256: Sample.digest(5, 32), md5: Sample.digest(5, 16), size: 0, .unknown,
                file: "contents/a")
            let second = try tables.blobs.adopt(
                sha256: Sample.digest(5, 32), md5: Sample.digest(5, 16), size: 0, .unknown,
                file: "contents/b")
            #expect(first?.id == 1 && first?.usesFile == true)
            #expect(second?.id == 1 && second?.usesFile == false)
            let known = try tables.blobs.content(1)
            #expect(known?.originalKey == "contents/a")
            #expect(known?.stripped == .local("photo_analysis/1.jpg"))
            for key in ["contents/a", "photo_analysis/1.jpg", "thumbnails/1.jpg"] {
                #expect(try tables.blobs.names(key: key))
            }
        }
    }

    @Test func `an owner has one embedding in a space`() async throws {
        let temporary = try TemporaryStore()
        try await temporary.store.write { tables throws -> Void in
            func embedding(_ id: Int64, _ model: String) -> StoredEmbedding {
                StoredEmbedding(
                    id: id, space: .text, owner: .init(.processing, 5), model: model, slot: id,
                    createdAt: Time(milliseconds: 1))
            }
            #expect(try tables.embeddings.replace(with: embedding(1, "m")) == nil)
            #expect(try tables.embeddings.replace(with: embedding(2, "n"))?.id == 1)
            #expect(try tables.embeddings.owners(.processing, in: .text, otherThan: "n") == [])
            #expect(try tables.embeddings.owners(.processing, in: .text, otherThan: "m") == [5])
            #expect(try tables.embeddings.highestID() == 2)
        }
    }

    @Test func `the ledger adds up what its filter shows`() async throws {
        let temporary = try TemporaryStore()
        try await temporary.store.write { tables throws -> Void in
            for number in 1...5 {
                try tables.usage.append(
                    UsageEntry(
                        id: "e\(number)", user: number < 4 ? "a" : "b", service: "s",
                        purpose: .embedding, subject: nil, requestID: "r\(number)",
                        provider: "p", model: "m", tokensIn: number, isEstimated: false,
                        costNanoUSD: number * 100, createdAt: Time(milliseconds: Int64(number))))
            }
            let all = UsageTable.Filter(purpose: .embedding, user: nil)
            let own = UsageTable.Filter(purpose: .embedding, user: "a")
            #expect(
                try tables.usage.totals(all)
                    == UsageTotals(calls: 5, tokensIn: 15, costNanoUSD: 1500))
            #expect(
                try tables.usage.totals(own)
                    == UsageTotals(calls: 3, tokensIn: 6, costNanoUSD: 600))
            let page = try tables.usage.entries(own, limit: 2, offset: 1)
            #expect(page.map(\.id) == ["e2", "e1"])
            #expect(try tables.usage.cost(ofRequest: "r4") == 400)
        }
    }

    private static func adopt(_ number: Int, _ name: String, _ tables: Tables) throws -> Int64 {
        let adoption = try tables.blobs.adopt(
            sha256: Sample.digest(number, 32), md5: Sample.digest(number, 16), size: number,
            ContentKind(mediaType: "image/jpeg", width: 2, height: 1), file: "contents/\(name)")
        return try #require(adoption).id
    }
}
