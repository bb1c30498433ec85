extension Connection {
    /// The statements that make the schema, ordered by table and name: the text of a golden file.
    package func schemaDump() throws -> String {
        let statements = try all(
            """
            SELECT   sql
            FROM     sqlite_schema
            WHERE    sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
            ORDER BY tbl_name, type <> 'table', type, name
            """
        ) { row in try row[0] as String }
        return statements.map { $0 + ";\n" }.joined(separator: "\n")
    }
}
