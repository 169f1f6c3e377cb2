#!/usr/bin/env python3
"""Measures the search of a release build from outside, on loopback: how fast 100,000 messages are written and indexed,
and how long searches take, by words and by both halves. `bench/search.py [--messages N] [--postgres URL]`.

The words of messages are drawn from the vocabulary of the built-in embedding model by Zipf's law, which makes common
words as common as in a language; what is asked for is one word, several, a beginning as it is typed, and a phrase.
"""
import argparse
import bisect
import http.client
import itertools
import json
import os
import random
import statistics
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import quote

import run

ROOT = Path(__file__).resolve().parent.parent
THREADS, WRITERS, WORDS = 500, 6, (8, 45)


class Language:
    """Words with the frequencies that Zipf's law gives them."""

    def __init__(self, seed):
        lines = (ROOT / "crates/ai/assets/embedding/vocabulary.txt").read_text().split("\n")
        self.words = [w for w in lines if w.isascii() and w.isalpha() and len(w) > 2]
        self.random = random.Random(seed)
        self.sums = list(itertools.accumulate(1 / (n + 2.7) for n in range(len(self.words))))

    def word(self):
        return self.words[bisect.bisect(self.sums, self.random.random() * self.sums[-1])]

    def message(self):
        return " ".join(self.word() for _ in range(self.random.randint(*WORDS))).capitalize() + "."


class Person:
    """One connection that is kept."""

    def __init__(self, server, token=None):
        self.server, self.token = server, token
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)

    def ask(self, method, path, body=None):
        head = {"content-type": "application/json"}
        if self.token:
            head["authorization"] = f"Bearer {self.token}"
        try:
            self.connection.request(method, path, json.dumps(body) if body is not None else None, head)
        except (BrokenPipeError, ConnectionResetError):
            # The server lets go of a connection that rests.
            self.connection.close()
            self.connection.request(method, path, json.dumps(body) if body is not None else None, head)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {text[:300]!r}")
        return json.loads(text)["data"]


def write(server, token, threads, count):
    """Writes messages over several connections; answers some of them, to be asked for."""
    kept, lock = [], threading.Lock()

    def work(seed, share):
        person, language = Person(server, token), Language(seed)
        for n in range(share):
            text = language.message()
            thread = threads[language.random.randrange(len(threads))]
            person.ask("POST", f"/api/v1/threads/{thread}/messages", {"content": text, "reply": False})
            if n % 50 == 0:
                with lock:
                    kept.append(text)

    workers = [threading.Thread(target=work, args=(n, count // WRITERS)) for n in range(WRITERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return kept


def queries(texts, count):
    chance = random.Random(7)
    for n in range(count):
        words = chance.choice(texts).rstrip(".").lower().split()
        at = chance.randrange(len(words) - 3)
        yield (
            words[at],
            " ".join(words[at : at + 3]),
            f"{words[at]} {words[at + 1][: max(3, len(words[at + 1]) - 2)]}",
            f'"{words[at]} {words[at + 1]}"',
        )[n % 4]


def measure(person, mode, asked):
    times, empty = [], 0
    for query in asked:
        began = time.perf_counter()
        hits = person.ask("GET", f"/api/v1/search?mode={mode}&q={quote(query)}")["hits"]
        times.append((time.perf_counter() - began) * 1000)
        empty += not hits
    times.sort()
    return {
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(times[int(len(times) * 0.95)], 1),
        "max_ms": round(times[-1], 1),
        "without_hits": empty,
    }


def search(binary, folder, messages=100_000, asked=400, postgres=None):
    """Writes, waits until all of it is found, and asks."""
    more = {"TRIBUTARY_DATABASE_URL": postgres} if postgres else {}
    folder.mkdir(parents=True, exist_ok=True)
    server = run.Tributary(binary, folder / "data", more)
    server.start()
    try:
        run.wait_for(server.port)
        person = Person(server)
        body = {"email": "ann@example.org", "password": run.PASSWORD, "full_name": "Ann"}
        person.token = person.ask("POST", "/api/v1/auth/register", body)["access_token"]
        threads = [person.ask("POST", "/api/v1/threads", {})["id"] for _ in range(THREADS)]
        began = time.monotonic()
        texts = write(server, person.token, threads, messages)
        written = time.monotonic() - began
        last = Language(99).message() + " Rumpelstiltskin."
        person.ask("POST", f"/api/v1/threads/{threads[0]}/messages", {"content": last, "reply": False})
        while not person.ask("GET", "/api/v1/search?mode=keyword&q=rumpelstiltskin")["hits"]:
            time.sleep(0.05)
        indexed = time.monotonic() - began
        began, word = time.monotonic(), "Schneewittchen"
        person.ask("POST", f"/api/v1/threads/{threads[0]}/messages", {"content": word, "reply": False})
        while not person.ask("GET", f"/api/v1/search?mode=keyword&q={word}")["hits"]:
            time.sleep(0.005)
        result = {
            "store": "postgres" if postgres else "sqlite",
            "messages": messages,
            "written_per_second": round(messages / written),
            "written_and_indexed_per_second": round(messages / indexed),
            "found_after_ms": round((time.monotonic() - began) * 1000),
        }
        for mode in ("keyword", "hybrid", "semantic"):
            measure(person, mode, queries(texts, 20))
            result[mode] = measure(person, mode, queries(texts, asked))
        result["resident_mb"] = round(server.resident_mb())
        if not postgres:
            result["store_mb"] = round(sum(f.stat().st_size for f in (folder / "data").glob("tributary.db*")) / 1e6)
        return result
    finally:
        server.stop()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--messages", type=int, default=100_000)
    options.add_argument("--queries", type=int, default=400)
    options.add_argument("--binary", default=str(ROOT / "target/release/tributary"))
    options.add_argument("--postgres", help="postgres://… of an empty database; SQLite when absent")
    options = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="tributary-search.") as folder:
        result = search(options.binary, Path(folder), options.messages, options.queries, options.postgres)
        print(json.dumps(result | {"load": os.getloadavg()[0]}, indent=2))


if __name__ == "__main__":
    main()
