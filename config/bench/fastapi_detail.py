"""One photo analysis served by FastAPI: a peer of Tintype's GET detail.

`python fastapi_detail.py RECORD.json` creates the database named by DETAIL_DATABASE with that record, as Tintype
answers it, among 1,000 others; `uvicorn fastapi_detail:app` serves it at /api/photo-analysis/ID/ to who names the
fingerprint that it belongs to.
"""

import json
import os
import sqlite3
import sys
import uuid
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException

FINGERPRINT = "bench"
app = FastAPI()
database = None


@app.get("/api/photo-analysis/{id}/")
async def detail(id: uuid.UUID, x_fingerprint: Annotated[str | None, Header()] = None):
    global database
    if database is None:
        database = sqlite3.connect(os.environ["DETAIL_DATABASE"])
        database.row_factory = sqlite3.Row
    row = database.execute("SELECT * FROM photos WHERE id = ?", (str(id),)).fetchone()
    if row is None or row["owner"] != x_fingerprint:
        raise HTTPException(404)
    record = {key: row[key] for key in row.keys() if key != "owner"}
    for key in ("suggestions", "token_usage", "caption_token_usage"):
        record[key] = json.loads(record[key])
    record["is_expired"] = bool(record["is_expired"])
    return record


def create(record):
    keys = list(record)
    values = [json.dumps(v) if isinstance(v, (dict, list)) else v for v in record.values()]
    connection = sqlite3.connect(os.environ["DETAIL_DATABASE"])
    connection.execute("PRAGMA journal_mode = WAL")
    columns = ", ".join(key + (" PRIMARY KEY" if key == "id" else "") for key in keys)
    connection.execute(f"CREATE TABLE photos ({columns}, owner)")
    marks = ", ".join("?" * (len(keys) + 1))
    for number in range(1000):
        values[keys.index("id")] = str(uuid.uuid4()) if number else record["id"]
        connection.execute(f"INSERT INTO photos VALUES ({marks})", [*values, FINGERPRINT])
    connection.commit()


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        create(json.load(file))
