#!/usr/bin/env python3
"""Measures numbers of a release build from outside, on loopback: how fast the demonstration shop is loaded, and how long
questions take over a million orders. `bench/metrics.py [--orders N]`.

The orders are written into the store by hand, which is quicker than selling them: two years, one to five lines each, of
2,000 products, 120,000 people, ten countries, and a return for each fifteenth. What is asked is asked over HTTP. Each
question has another filter each time, so that no answer is one that was kept; the kept ones are measured by themselves.
"""
import argparse
import os
import random
import sqlite3
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import run

ROOT = Path(__file__).resolve().parent.parent
DAY = 86_400 * 10**6
COUNTRIES = ["Germany"] * 6 + ["France", "Austria", "Spain", "Italy"]


def rows(connection, table):
    """A writer of rows by the names of their columns; what is not said is null, or nothing."""
    columns = [(name, kind, needed) for _, name, kind, needed, *_ in connection.execute(f"PRAGMA table_info({table})")]
    empty = {name: (None if not needed else "" if "text" in kind else 0) for name, kind, needed in columns}
    sql = f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})"

    def write(many):
        connection.executemany(sql, ([*(empty | one).values()] for one in many))

    return write


def fill(store, workspace, count):
    """Writes orders until now."""
    connection = sqlite3.connect(store)
    connection.execute("PRAGMA cache_size = -400000")
    chance, connector = random.Random(7), os.urandom(16)
    people = [chance.randbytes(16) for _ in range(120_000)]
    products = [(chance.randbytes(16), f"Product {n}", f"S{n}", f"Category {n % 12}") for n in range(2_000)]
    now = time.time_ns() // 1000
    orders, lines, refunds = (rows(connection, table) for table in ("orders", "order_lines", "refunds"))
    for begin in range(0, count, 20_000):
        made = ([], [], [])
        for n in range(begin, min(begin + 20_000, count)):
            at, order, gross = now - 730 * DAY + 730 * DAY * n // count, chance.randbytes(16), 0
            who, same = chance.choice(people), {"workspace_id": workspace, "currency": "EUR", "counted": 1, "listed": 1}
            for line in range(chance.choice((1, 1, 2, 3, 5))):
                product = products[min(int(chance.expovariate(1 / 300)), 1_999)]
                price = chance.randint(500, 9_000)
                gross += price
                what = dict(zip(("product_id", "title", "sku", "category"), product))
                made[1].append(same | what | {"order_id": order, "line_no": line, "kind": "goods", "quantity": 1,
                                              "gross": price, "net": price, "placed_at": at})
            made[0].append(same | {"id": order, "connector_id": connector, "source_id": str(n), "number": str(n),
                                   "kind": "sale", "customer_id": who, "person_id": who, "placed_at": at, "countable": 1,
                                   "status": "completed", "gross": gross, "net": gross, "shipping": 490, "units": line + 1,
                                   "country": chance.choice(COUNTRIES)})
            if n % 15 == 0:
                made[2].append(same | {"order_id": order, "id": chance.randbytes(16), "connector_id": connector,
                                       "source_id": "1", "kind": "refund", "refunded_at": at, "placed_at": at,
                                       "counts_at": at, "goods": price, "countable": 1})
        for write, many in zip((orders, lines, refunds), made):
            write(many)
        connection.commit()
    connection.execute("INSERT INTO capabilities VALUES (?, ?, 'order', 'sales', 1, ?)", (workspace, connector, now))
    connection.commit()
    connection.close()


def demo(binary, data):
    """Lines a second of the demonstration shop, its making and the start of the program included."""
    began = time.monotonic()
    subprocess.run([str(binary), "demo", "--data", str(data)], check=True, capture_output=True)
    seconds = time.monotonic() - began
    connection = sqlite3.connect(data / "tributary.db")
    lines = connection.execute("SELECT COUNT(*) FROM order_lines").fetchone()[0]
    connection.close()
    return {"demo_lines_per_second": round(lines / seconds), "demo_seconds": round(seconds, 2)}


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument("--orders", type=int, default=1_000_000)
    a.add_argument("--binary", type=Path, default=ROOT / "target/release/tributary")
    a = a.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tributary-metrics-"))
    server = run.Tributary(a.binary, folder / "data")
    server.start()
    run.wait_for(server.port)
    account = {"email": "ann@example.org", "password": run.PASSWORD, "full_name": "Ann"}
    token = server.ask("POST", "/api/v1/auth/register", body=account)["data"]["access_token"]
    workspace = server.ask("GET", "/api/v1/workspace", token)["data"]["id"]
    server.stop()
    found = demo(a.binary, folder / "data")
    print(f"▸ {a.orders:,} orders are written", flush=True)
    fill(folder / "data/tributary.db", bytes.fromhex(workspace.replace("-", "")), a.orders)
    server.start()
    run.wait_for(server.port)
    year = {"from": time.strftime("%Y-%m-%d", time.gmtime(time.time() - 365 * 86_400)), "to": time.strftime("%Y-%m-%d")}
    month = year | {"from": time.strftime("%Y-%m-%d", time.gmtime(time.time() - 30 * 86_400))}
    for name, question in {
        "revenue, all": {"metric": "revenue"},
        "revenue, a month": {"metric": "revenue"} | month,
        "orders, all": {"metric": "orders"},
        "customers, a month": {"metric": "customers"} | month,
        "revenue, a year by month": {"metric": "revenue", "grain": "month"} | year,
        "revenue, a year by day": {"metric": "revenue", "grain": "day"} | year,
        "revenue, a year by country": {"metric": "revenue", "group_by": "country"} | year,
        "revenue, a year by category": {"metric": "revenue", "group_by": "category"} | year,
        "revenue, ten best products of a year": {"metric": "revenue", "group_by": "product", "limit": 10} | year,
        "revenue, kept": {"metric": "revenue", "from": "2020-01-01", "to": "2024-12-31"},
    }.items():
        times = []
        for turn in range(6):
            # Another present moment is another question.
            more = {} if "kept" in name else {"now": time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime(time.time() + 60 * turn))}
            began = time.monotonic()
            server.ask("POST", "/api/v1/metrics/query", token, question | more)
            times.append((time.monotonic() - began) * 1000)
        found[name] = round(statistics.median(times[1:]), 1)
    server.stop()
    for name, value in found.items():
        print(f"{name:40} {value}")


if __name__ == "__main__":
    main()
