"""Webhooks: how many a second are taken in, how long each waits for its answer, and whether one is lost when the server is
killed in the middle.

    python3 bench/webhooks.py PROGRAM [--seconds 10] [--senders 4] [--lines 16]

A small shop that speaks WooCommerce stands in for the source. Senders are processes with connections that are kept open;
each webhook is another order, signed. After the storm the server is killed (-9), started again, and what it has is compared
with what it acknowledged.
"""
import argparse
import base64
import hashlib
import hmac
import http.client
import json
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = b"the secret of the webhooks"


class Shop(BaseHTTPRequestHandler):
    """Empty lists: everything comes by webhook."""

    def do_GET(self):
        body = b'{"name": "Storm", "code": "EUR"}' if "wp-json/wc" not in self.path or "currencies" in self.path else b"[]"
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("x-wp-total", "0")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def order(number):
    line = {"id": number * 10, "product_id": 3, "variation_id": 0, "sku": "A-1", "name": "Cup", "quantity": 1,
            "subtotal": "1.00", "total": "1.00", "total_tax": "0.00"}
    return json.dumps({
        "id": number, "number": str(number), "status": "completed", "currency": "EUR", "created_via": "checkout",
        "date_created_gmt": "2026-01-05T10:00:00", "date_modified_gmt": "2026-01-05T10:00:00",
        "total": "1.00", "total_tax": "0.00", "shipping_total": "0.00", "customer_id": 7, "payment_method": "card",
        "billing": {"email": "ada@example.org", "city": "Lisbon", "country": "PT"}, "shipping": {}, "refunds": [],
        "fee_lines": [], "line_items": [line]}).encode()


def sender(port, path, first, until, lines, answers):
    """Keeps some connections busy; answers how long each webhook took, and which were acknowledged."""
    taken, kept, lock = [], [], threading.Lock()
    numbers = iter(range(first, first + 10_000_000))

    def line():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        while time.time() < until:
            with lock:
                number = next(numbers)
            body = order(number)
            signature = base64.b64encode(hmac.new(SECRET, body, hashlib.sha256).digest()).decode()
            headers = {"content-type": "application/json", "x-wc-webhook-topic": "order.created",
                       "x-wc-webhook-signature": signature}
            began = time.perf_counter()
            try:
                connection.request("POST", path, body, headers)
                answer = connection.getresponse()
                answer.read()
            except OSError:
                return
            spent = time.perf_counter() - began
            with lock:
                taken.append((answer.status, spent))
                if answer.status == 202:
                    kept.append(number)

    threads = [threading.Thread(target=line) for _ in range(lines)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put((taken, kept))


def start(program, data):
    environment = {"PATH": os.environ["PATH"], "TRIBUTARY_BUSINESS_ALLOW_PRIVATE_HOSTS": "true",
                   "TRIBUTARY_BUSINESS_WEBHOOK_BACKLOG": "1000000", "TRIBUTARY_AI_DISCOVER": "false",
                   "TRIBUTARY_AI_BUILTIN_MODEL": "false", "TRIBUTARY_LIMITS_REQUESTS": "0"}
    process = subprocess.Popen([program, "--listen", "127.0.0.1:0", "--data", data], env=environment,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if "ready at " in line:
            port = int(line.split("ready at ")[1].split(":")[2].split()[0].strip("/\x1b[0m").split("\x1b")[0])
            threading.Thread(target=lambda: [None for _ in process.stderr], daemon=True).start()
            return process, port
    raise SystemExit("the server does not start")


def call(port, method, path, body=None, token=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 300:
        raise SystemExit(f"{method} {path}: {answer.status} {text[:300]}")
    return json.loads(text)["data"]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program")
    arguments.add_argument("--seconds", type=float, default=10)
    arguments.add_argument("--senders", type=int, default=4)
    arguments.add_argument("--lines", type=int, default=16)
    given = arguments.parse_args()
    shop = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=shop.serve_forever, daemon=True).start()
    folder = tempfile.mkdtemp()
    process, port = start(given.program, folder)
    person = {"email": "ann@example.org", "password": "a good long password", "full_name": "Ann"}
    token = call(port, "POST", "/api/v1/auth/register", person)["access_token"]
    values = {"store_url": f"http://127.0.0.1:{shop.server_port}", "consumer_key": "ck_1", "consumer_secret": "cs_1",
              "webhook_secret": SECRET.decode()}
    made = call(port, "POST", "/api/v1/connectors", {"type": "woocommerce", "values": values}, token)
    path = f"/api/v1/webhooks/{made['id']}"
    answers = multiprocessing.Queue()
    until = time.time() + given.seconds
    crowd = [multiprocessing.Process(target=sender, args=(port, path, 1 + n * 10_000_000, until, given.lines, answers))
             for n in range(given.senders)]
    began = time.time()
    for one in crowd:
        one.start()
    time.sleep(given.seconds * 0.9)
    process.send_signal(signal.SIGKILL)
    killed = time.time()
    everything = [answers.get() for _ in crowd]
    process.wait()
    taken = [spent for part, _ in everything for status, spent in part if status == 202]
    refused = sum(1 for part, _ in everything for status, _ in part if status != 202)
    kept = {number for _, part in everything for number in part}
    taken.sort()
    print(f"{len(taken) / (killed - began):,.0f} a second taken in, {refused} refused; "
          f"p50 {taken[len(taken) // 2] * 1e3:.1f} ms, p99 {taken[int(len(taken) * .99)] * 1e3:.1f} ms")
    process, port = start(given.program, folder)
    store = sqlite3.connect(f"file:{folder}/tributary.db?mode=ro", uri=True)
    waited = time.time()
    while store.execute("SELECT COALESCE(SUM(waiting), 0) FROM ingest_lanes").fetchone()[0] and time.time() - waited < 600:
        time.sleep(0.5)
    there = {int(row[0]) for row in store.execute("SELECT source_id FROM orders")}
    print(f"{len(kept)} acknowledged, {len(kept - there)} lost after kill -9; all used {time.time() - killed:.0f} s after it")
    process.terminate()
    raise SystemExit(1 if kept - there else 0)


if __name__ == "__main__":
    main()
