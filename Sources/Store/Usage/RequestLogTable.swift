import Domain
import SQLite

/// The request log: rows are added and in the end removed, never changed.
package struct RequestLogTable {
    let db: Connection

    private static let columns = """
        l.uuid, l.request_ts, l.service, l.error_code, l.status, l.duration_ms, l.request_bytes, \
        l.response_bytes, l.request_id, l.token_prefix, l.user_email, l.model, i.id IS NOT NULL, \
        l.cost_nano_usd, l.result
        """

    /// Stores a row and returns its number; `hasImage` is not looked at.
    package func insert(_ request: LoggedRequest) throws -> Int64 {
        try db.execute(
            """
            INSERT INTO request_logs (uuid, request_ts, service, status, error_code, duration_ms,
                request_bytes, response_bytes, request_id, token_prefix, user_email, model,
                cost_nano_usd, result)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            request.id, request.time.milliseconds, request.service,
            request.isSuccess ? "success" : "error", request.errorCode, request.milliseconds,
            request.requestBytes, request.responseBytes, request.requestID, request.tokenPrefix,
            request.user, request.model, request.costNanoUSD, request.result)
        return db.lastInsertRowID
    }

    package func find(id: String) throws -> LoggedRequest? {
        try db.first(
            """
            SELECT \(Self.columns) FROM request_logs l
            LEFT JOIN request_images i ON i.log_id = l.id WHERE l.uuid = ?
            """, id, row: Self.request)
    }

    /// One page, newest first; nil where there is no such page.
    package func page(
        _ number: Int, _ filter: RequestLogFilter
    ) throws -> ListPage<LoggedRequest>? {
        let conditions = Self.conditions(filter)
        return try db.page(
            number, count: "SELECT count(*) FROM request_logs WHERE \(conditions.sql)",
            rows: Self.pageSQL(conditions), conditions.values, row: Self.request)
    }

    // The numbers of a page are found in an index alone, so that what was skipped is never read.
    package static func pageSQL(_ conditions: Conditions) -> String {
        """
        SELECT \(columns)
        FROM (SELECT id FROM request_logs WHERE \(conditions.sql)
              ORDER BY request_ts DESC, id DESC LIMIT ? OFFSET ?) p
        CROSS JOIN request_logs l ON l.id = p.id
        LEFT JOIN request_images i ON i.log_id = l.id
        """
    }

    package static func conditions(_ filter: RequestLogFilter) -> Conditions {
        var conditions = Conditions(time: "request_ts", from: filter.from, to: filter.to)
        conditions.equal("service", filter.service)
        conditions.equal("status", filter.isSuccess.map { $0 ? "success" : "error" })
        conditions.equal("user_email", filter.user?.lowercased())
        conditions.equal("request_id", filter.requestID)
        return conditions
    }

    /// Numbers of up to `limit` rows that are older than `moment`, oldest first.
    package func ids(before moment: Time, limit: Int) throws -> [Int64] {
        try db.all(
            "SELECT id FROM request_logs WHERE request_ts < ? ORDER BY request_ts, id LIMIT ?",
            moment.milliseconds, limit
        ) { try $0[0] }
    }

    /// Removes a row whose image is gone.
    package func delete(_ id: Int64) throws {
        try db.execute("DELETE FROM request_logs WHERE id = ?", id)
    }

    private static func request(_ row: borrowing Row) throws -> LoggedRequest {
        let status: String = try row[4]
        return try LoggedRequest(
            id: row[0], time: Time(milliseconds: row[1]), service: row[2], errorCode: row[3],
            isSuccess: status == "success", milliseconds: row[5], requestBytes: row[6],
            responseBytes: row[7], requestID: row[8], tokenPrefix: row[9], user: row[10],
            model: row[11], hasImage: row[12], costNanoUSD: row[13], result: row[14])
    }
}

/// What rows of a list have to fulfil, with the values that go in.
package struct Conditions {
    package private(set) var sql: String
    package private(set) var values: [(any SQLiteValueConvertible)?]

    /// A span of time, both ends included; open ends are far away, so that an index is always entered by it.
    init(time column: String, from: Time?, to: Time?) {
        sql = "\(column) BETWEEN ? AND ?"
        values = [from?.milliseconds ?? Int64.min, to?.milliseconds ?? Int64.max]
    }

    mutating func equal(_ column: String, _ value: (any SQLiteValueConvertible)?) {
        guard let value else { return }
        sql += " AND \(column) = ?"
        values.append(value)
    }
}

extension Connection {
    /// One page of a list whose `rows` end with a limit and an offset; nil behind the last page.
    func page<Item: Sendable>(
        _ number: Int, count: String, rows: String, _ values: [(any SQLiteValueConvertible)?],
        row: (borrowing Row) throws -> Item
    ) throws -> ListPage<Item>? {
        let size = ListPage<Item>.size
        let total = try all(count, arguments: values) { try $0[0] as Int }.first ?? 0
        let (offset, overflow) = (number - 1).multipliedReportingOverflow(by: size)
        guard !overflow, number == 1 || number > 1 && offset < total else { return nil }
        let items = try all(rows, arguments: values + [size, offset], row: row)
        return ListPage(items: items, count: total, number: number)
    }
}
