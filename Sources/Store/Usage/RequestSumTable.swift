import Domain
import SQLite

/// What statistics are made from: sums over the request log and its images.
package struct RequestSumTable {
    let db: Connection

    /// A log row that has an image, as far as statistics look at it.
    package struct ImageRow: Sendable {
        package var service: String
        package var errorCode: String?
        package var milliseconds: Int
        package var time: Int64
        package var mediaType: String
        package var width: Int
        package var height: Int
        package var size: Int
        package var blob: Int64
    }

    /// Hands out every row that has an image, those of one service or of all.
    package func forEachImage(
        of service: String?, _ body: (ImageRow) throws -> Void
    ) throws {
        let condition = service == nil ? "" : " WHERE l.service = ?"
        try db.forEach(
            """
            SELECT l.service, l.error_code, l.duration_ms, l.request_ts, i.mime_type,
                coalesce(i.width, 0), coalesce(i.height, 0), b.size, b.id
            FROM request_images i CROSS JOIN blobs b ON b.id = i.blob_id
            CROSS JOIN request_logs l ON l.id = i.log_id\(condition)
            """, arguments: service.map { [$0] } ?? []
        ) { row in
            try body(
                ImageRow(
                    service: row[0], errorCode: row[1], milliseconds: row[2], time: row[3],
                    mediaType: row[4], width: row[5], height: row[6], size: row[7],
                    blob: row[8]))
        }
    }

    /// Requests added up.
    package struct Sum: Sendable, Equatable {
        package var count = 0
        package var errors = 0
        package var milliseconds = 0
        package var costNanoUSD = 0
        package var last: Int64?

        package init() {}
    }

    /// The requests of each service in a span of time, its end excluded.
    package func sums(from: Time?, to: Time?, service: String?) throws -> [String: Sum] {
        var values: [(any SQLiteValueConvertible)?] = [
            from?.milliseconds ?? Int64.min, to.map { $0.milliseconds - 1 } ?? Int64.max,
        ]
        if let service { values.append(service) }
        let rows = try db.all(
            """
            SELECT service, count(*), sum(status = 'error'), sum(duration_ms), sum(cost_nano_usd),
                max(request_ts)
            FROM request_logs WHERE request_ts BETWEEN ? AND ?
            \(service == nil ? "" : "AND service = ?") GROUP BY service
            """, arguments: values
        ) { row -> (String, Sum) in
            var sum = Sum()
            sum.count = try row[1]
            sum.errors = try row[2]
            sum.milliseconds = try row[3]
            sum.costNanoUSD = try row[4]
            sum.last = try row[5] as Int64
            return (try row[0], sum)
        }
        return Dictionary(rows) { first, _ in first }
    }
}
