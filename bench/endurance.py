#!/usr/bin/env python3
"""Steady traffic while one part after the other is taken away: two nodes over PostgreSQL and Redis, on loopback.

    source scripts/say; source scripts/postgres; start_postgres
    python3 bench/endurance.py --program target/release/tributary --seconds 3600

Asks 200 times a second (reads, writes, lists, searches) over both nodes, and every phase degrades something: nothing,
Redis frozen, Redis dead, the database's connections ended, one node killed, one node told to stop. What counts: every
answer is a success or an honest 503 or 429 with a time to come back; what was acknowledged is there at the end.
"""
import argparse
import collections
import http.client
import json
import os
import queue
import random
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

PASSWORD = "a good long password"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class House:
    """Two nodes and a Redis, each of which can be taken away."""

    def __init__(self, program, folder):
        self.program, self.folder = program, Path(folder)
        self.server = os.environ["TEST_POSTGRES_URL"]
        self.name = f"endurance_{os.getpid()}"
        self.psql("postgres", f"CREATE DATABASE {self.name}")
        self.redis_port, self.redis = free_port(), None
        self.start_redis()
        self.ports = [free_port(), free_port()]
        self.nodes = [None, None]
        for n in range(2):
            self.start_node(n)

    def psql(self, database, sql):
        program = shutil.which("psql") or str(next(Path(".cache").glob("postgres-*/*/pginstall/bin/psql")))
        subprocess.run([program, "-q", f"{self.server}/{database}", "-c", sql], check=True, stdout=subprocess.DEVNULL)

    def start_redis(self):
        if shutil.which("redis-server"):
            line = ["redis-server", "--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
            self.redis = subprocess.Popen(line, stdout=subprocess.DEVNULL, cwd=self.folder)

    def start_node(self, n):
        settings = {
            "TRIBUTARY_DATABASE_URL": f"{self.server}/{self.name}",
            "TRIBUTARY_LIMITS_REQUESTS": "0",
            "TRIBUTARY_AI_DISCOVER": "false",
            "TRIBUTARY_AI_BUILTIN_MODEL": "false",
            "TRIBUTARY_LOG_FILTER": "error",
        }
        if self.redis:
            settings["TRIBUTARY_REDIS_URL"] = f"redis://127.0.0.1:{self.redis_port}"
        line = [self.program, "--listen", f"127.0.0.1:{self.ports[n]}", "--data", str(self.folder / "data")]
        log = open(self.folder / f"node-{n}.log", "a")
        self.nodes[n] = subprocess.Popen(line, env=settings, stderr=log, cwd=self.folder)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                if request(self.ports[n], "GET", "/readyz", None, None)[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"node {n} does not start: {(self.folder / f'node-{n}.log').read_text()[-2000:]}")

    def close(self):
        for process in [*self.nodes, self.redis]:
            if process and process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
        self.psql("postgres", f"DROP DATABASE {self.name} WITH (FORCE)")

    # What is taken away: each answers how to bring it back.

    def nothing(self):
        return lambda: None

    def redis_frozen(self):
        self.redis.send_signal(signal.SIGSTOP)
        return lambda: self.redis.send_signal(signal.SIGCONT)

    def redis_dead(self):
        self.redis.kill()
        self.redis.wait()
        return self.start_redis

    def database_gone(self):
        self.psql("postgres", f"ALTER DATABASE {self.name} WITH ALLOW_CONNECTIONS false")
        self.psql("postgres", f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.name}'")
        time.sleep(1)
        self.psql("postgres", f"ALTER DATABASE {self.name} WITH ALLOW_CONNECTIONS true")
        return lambda: None

    def node_killed(self):
        self.nodes[1].kill()
        self.nodes[1].wait()
        return lambda: self.start_node(1)

    def node_stopped(self):
        self.nodes[1].terminate()
        self.nodes[1].wait(60)
        return lambda: self.start_node(1)

    def degradations(self):
        all_of_them = [self.nothing, self.database_gone, self.node_killed, self.node_stopped]
        return all_of_them + ([self.redis_frozen, self.redis_dead] if self.redis else [])


def request(port, method, path, token, body, patience=15):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        headers = {"content-type": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.getheader("retry-after")
    finally:
        connection.close()


class Traffic:
    """So many requests a second, by people who each have a thread."""

    def __init__(self, house, rate, people):
        self.house, self.rate = house, rate
        self.over, self.phase = threading.Event(), "nothing"
        self.outcomes = collections.defaultdict(collections.Counter)
        self.times = collections.defaultdict(list)
        self.wrong, self.acknowledged, self.lock = [], collections.defaultdict(set), threading.Lock()
        self.people = [self.join(n) for n in range(people)]
        self.turns = queue.Queue(maxsize=rate * 2)

    def join(self, n):
        port = self.house.ports[0]
        body = {"email": f"p{n}@example.org", "password": PASSWORD, "full_name": f"P{n}"}
        status, answer, _ = request(port, "POST", "/api/v1/auth/register", None, body, 60)
        assert status == 201, answer
        token = json.loads(answer)["data"]["access_token"]
        status, answer, _ = request(port, "POST", "/api/v1/threads", token, {}, 60)
        assert status == 201, answer
        return token, json.loads(answer)["data"]["id"]

    def sign_in(self, n, port):
        body = {"email": f"p{n}@example.org", "password": PASSWORD}
        status, answer, _ = request(port, "POST", "/api/v1/auth/login", None, body)
        if status == 200:
            self.people[n] = (json.loads(answer)["data"]["access_token"], self.people[n][1])

    def one(self, number):
        n = random.randrange(len(self.people))
        token, thread = self.people[n]
        port = self.house.ports[number % 2]
        kind = random.random()
        said = None
        if kind < 0.35:
            said = f"words number {number}"
            call = ("POST", f"/api/v1/threads/{thread}/messages", {"content": said, "reply": False})
        elif kind < 0.65:
            call = ("GET", f"/api/v1/threads/{thread}/messages?limit=50", None)
        elif kind < 0.9:
            call = ("GET", "/api/v1/threads", None)
        else:
            call = ("GET", "/api/v1/search?q=" + urllib.parse.quote("words"), None)
        phase, began = self.phase, time.monotonic()
        try:
            status, answer, later = request(port, call[0], call[1], token, call[2])
        except (OSError, http.client.HTTPException) as error:
            # A node that is gone refuses; a balancer would ask the other one.
            status, answer, later = type(error).__name__, b"", None
        took = (time.monotonic() - began) * 1000
        with self.lock:
            self.outcomes[phase][status] += 1
            self.times[phase].append(took)
            if status == 201:
                self.acknowledged[n].add(said)
            honest = status in (503, 429) and later
            if isinstance(status, int) and status >= 400 and status != 401 and not honest:
                self.wrong.append((phase, call[0], call[1], status, answer[:300].decode("utf-8", "replace")))
        if status == 401:
            self.sign_in(n, port)

    def work(self):
        while True:
            number = self.turns.get()
            if number is None:
                return
            self.one(number)

    def run(self, seconds, phase_seconds):
        workers = [threading.Thread(target=self.work) for _ in range(64)]
        [w.start() for w in workers]
        turning = threading.Thread(target=self.rotate, args=(seconds, phase_seconds))
        turning.start()
        number, began = 0, time.monotonic()
        while not self.over.is_set():
            due = began + number / self.rate
            time.sleep(max(0, due - time.monotonic()))
            try:
                self.turns.put_nowait(number)
            except queue.Full:
                self.outcomes[self.phase]["not sent: everybody waits"] += 1
            number += 1
        [self.turns.put(None) for _ in workers]
        [w.join() for w in workers]
        turning.join()
        return number

    def rotate(self, seconds, phase_seconds):
        end = time.monotonic() + seconds
        parts = self.house.degradations()
        while time.monotonic() < end:
            for part in parts:
                if time.monotonic() >= end:
                    break
                self.phase = part.__name__
                back = part()
                time.sleep(phase_seconds / 2)
                back()
                time.sleep(phase_seconds / 2)
        self.over.set()

    def look_again(self):
        """Whatever was acknowledged and is not there."""
        missing = 0
        for n, said in self.acknowledged.items():
            self.sign_in(n, self.house.ports[0])
            token, thread = self.people[n]
            there, cursor = set(), ""
            while True:
                path = f"/api/v1/threads/{thread}/messages?branch=all&limit=200{cursor}"
                _, answer, _ = request(self.house.ports[0], "GET", path, token, None, 60)
                page = json.loads(answer)
                there.update(message["content"] for message in page["data"])
                if not page["page"]["next_cursor"]:
                    break
                cursor = f"&cursor={page['page']['next_cursor']}"
            missing += len(said - there)
        return missing


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--program", default="target/release/tributary")
    arguments.add_argument("--seconds", type=int, default=600)
    arguments.add_argument("--phase", type=float, default=10, help="seconds a degradation and its end take together")
    arguments.add_argument("--rate", type=int, default=200)
    arguments.add_argument("--people", type=int, default=20)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        house = House(str(Path(chosen.program).resolve()), folder)
        try:
            traffic = Traffic(house, chosen.rate, chosen.people)
            sent = traffic.run(chosen.seconds, chosen.phase)
            missing = traffic.look_again()
        finally:
            house.close()
    print(f"{sent} requests in {chosen.seconds} s, {sum(map(len, traffic.acknowledged.values()))} messages acknowledged")
    for phase, outcomes in traffic.outcomes.items():
        times = sorted(traffic.times[phase]) or [0]
        middle, late = statistics.median(times), times[int(len(times) * 0.95)]
        print(f"  {phase:16} median {middle:7.1f} ms, 95th {late:8.1f} ms  {dict(outcomes)}")
    for wrong in traffic.wrong[:20]:
        print("  WRONG", *wrong)
    print(f"{len(traffic.wrong)} wrong answers, {missing} acknowledged messages missing")
    raise SystemExit(1 if traffic.wrong or missing else 0)


if __name__ == "__main__":
    main()
