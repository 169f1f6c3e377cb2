#!/usr/bin/env python3
"""Measures Tributary from outside, on loopback, and writes docs/benchmarks.md. Started by scripts/bench.

Everything is taken in rounds that alternate: the stand-in provider asked directly, through the floor, through
Tributary. Ratios are formed within a round and their median is told, so a machine that is busy with other things
moves both sides. CPU time is the kernel's account of the process.
"""
import argparse
import http.client
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import live

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "bench/target/release/bench"
PASSWORD = "a long enough passphrase"
PEOPLE, THREADS_EACH = 16, 40
CHAT_PIECES = 16

# Everything that a production server has on stays on; limits are counted but set so high that none is met.
SETTINGS = {
    "TRIBUTARY_LIMITS_REQUESTS": "1000000000",
    "TRIBUTARY_LIMITS_OPENAI_REQUESTS": "1000000000",
    "TRIBUTARY_LIMITS_OPEN_REQUESTS": "1000000",
    "TRIBUTARY_AI_DISCOVER": "false",
    "TRIBUTARY_AI_BUILTIN_MODEL": "false",
    "TRIBUTARY_AI_PRIVATE_NETWORKS": "everybody",
    "TRIBUTARY_CHAT_TITLES_BY_MODEL": "false",
}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(port, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise SystemExit(f"nothing listens on {port}")


def median(values):
    values = [v for v in values if v is not None]
    return statistics.median(values) if values else None


@contextmanager
def program(*command, env=None, log=None):
    out = open(log, "ab") if log else subprocess.DEVNULL
    process = subprocess.Popen([str(c) for c in command], env=env, stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()


class Tributary:
    def __init__(self, binary, data, more=None):
        self.binary, self.data, self.port, self.more = binary, data, free_port(), more or {}
        self.process = None

    def start(self):
        env = dict(os.environ, **SETTINGS, **self.more)
        command = [str(self.binary), "--listen", f"127.0.0.1:{self.port}", "--data", str(self.data)]
        log = open(str(self.data) + ".log", "ab")
        self.process = subprocess.Popen(command, env=env, stdout=log, stderr=log)

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
            self.process = None

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def ask(self, method, path, token=None, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            head = {"content-type": "application/json"} if body is not None else {}
            head |= {"authorization": f"Bearer {token}"} if token else {}
            connection.request(method, path, json.dumps(body) if body is not None else None, head | (headers or {}))
            answer = connection.getresponse()
            text = answer.read()
            if answer.status >= 300:
                raise SystemExit(f"{method} {path}: {answer.status} {text[:400]!r}")
            return json.loads(text)
        finally:
            connection.close()

    def resident_mb(self):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024


def load(url, shape, callers, seconds, model="mock", key="sk-none", process=None, targets=None, prompt=128, warm=1.0, most=None):
    command = [BENCH, "load", "--url", url, "--as", shape, "--callers", callers, "--seconds", seconds, "--model", model]
    command += ["--key", key, "--prompt", prompt, "--warm", warm]
    command += ["--process", process] if process else []
    command += ["--targets", targets] if targets else []
    command += ["--most", most] if most else []
    out = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=seconds + 300)
    if out.returncode:
        raise SystemExit(f"the load generator failed: {out.stderr[-600:]}")
    result = json.loads(out.stdout)
    if result["wrong"]:
        print(f"  {result['wrong']} wrong answers: {result['why']}", flush=True)
    return result


def p50(result, what="latency"):
    return result[what]["p50"] / 1000 if result[what] else None


def p99(result, what="latency"):
    return result[what]["p99"] / 1000 if result[what] else None


class Bench:
    def __init__(self, arguments):
        self.a = arguments
        self.folder = Path(tempfile.mkdtemp(prefix="tributary-bench-"))
        self.t = Tributary(arguments.binary, self.folder / "data")
        self.r = {"wrong": 0}
        self.api_answers = self.chat_answers = 0

    def say(self, text):
        print(f"▸ {text}", flush=True)

    def wrong(self, *results):
        self.r["wrong"] += sum(r["wrong"] for r in results)

    # -- the store -----------------------------------------------------------------------------------------------

    def person(self, number):
        body = {"email": f"person{number}@bench.test", "password": PASSWORD, "full_name": f"Person {number}"}
        return self.t.ask("POST", "/api/v1/auth/register", body=body)["data"]["access_token"]

    def sign_in(self):
        self.tokens = [
            self.t.ask("POST", "/api/v1/auth/login", body={"email": f"person{n}@bench.test", "password": PASSWORD})["data"]["access_token"]
            for n in range(PEOPLE)
        ]

    def seed(self):
        self.say(f"{PEOPLE} people with {THREADS_EACH} threads each")
        provider = f"http://127.0.0.1:{self.provider}/v1"
        tokens = [self.person(n) for n in range(PEOPLE)]
        self.threads = []
        for token in tokens:
            self.t.ask("PUT", "/api/v1/providers/openai/key", token, {"key": "sk-bench", "base_url": provider})
            self.threads += [[self.t.ask("POST", "/api/v1/threads", token, {})["data"]["id"] for _ in range(THREADS_EACH)]]
        self.key = self.t.ask("POST", "/api/v1/tokens", tokens[0], {"name": "bench"})["data"]["token"]
        self.say("somebody with 1,000 threads, one of them with 2,000 messages")
        reader = self.person("-reader")
        self.reader = self.t.ask("POST", "/api/v1/tokens", reader, {"name": "bench"})["data"]["token"]
        for n in range(1000):
            thread = self.t.ask("POST", "/api/v1/threads", reader, {"title": f"A thread about subject {n}"})["data"]["id"]
        self.long = thread
        for n in range(2000):
            words = f"Message {n}. " + "A sentence as people write them, of some length. " * 4
            self.t.ask("POST", f"/api/v1/threads/{thread}/messages", reader, {"content": words, "reply": False})

    def chat_targets(self):
        """Caller n writes into threads that no other caller writes into."""
        self.sign_in()
        lines = [f"/api/v1/threads/{self.threads[p][t]}/messages\t{self.tokens[p]}" for t in range(THREADS_EACH) for p in range(PEOPLE)]
        file = self.folder / "targets"
        file.write_text("\n".join(lines))
        return file

    # -- rounds ---------------------------------------------------------------------------------------------------

    def three(self, shape, callers, model="mock", prompt=128, seconds=None):
        """The provider directly, through the floor, through Tributary; in turn."""
        rounds = []
        for _ in range(self.a.rounds):
            row, common = {}, {"shape": shape, "callers": callers, "seconds": seconds or self.a.seconds, "prompt": prompt}
            row["direct"] = load(f"http://127.0.0.1:{self.provider}/v1/chat/completions", model=model, **common)
            row["floor"] = load(f"http://127.0.0.1:{self.floor}/v1/chat/completions", model=model, process=self.floor_process, **common)
            row["product"] = load(
                self.t.url("/v1/chat/completions"), model=f"openai/{model}", key=self.key, process=self.t.process.pid, **common
            )
            self.api_answers += row["product"]["answered"]
            self.wrong(*row.values())
            rounds.append(row)
        return rounds

    def gateway(self):
        self.say("/v1: one caller")
        rounds = self.three("whole", 1)
        self.r["v1_c1"] = self.latency_row(rounds)
        self.say("/v1: 16 callers")
        rounds = self.three("whole", 16)
        self.r["v1_c16"] = self.latency_row(rounds) | self.cpu_row(rounds, "cpu_per_answer")
        self.say("/v1: 16 callers, prompts of 32 KB")
        rounds = self.three("whole", 16, prompt=32_768)
        self.r["v1_32k"] = self.latency_row(rounds) | self.cpu_row(rounds, "cpu_per_answer")
        self.say("/v1: one paced stream")
        rounds = self.three("stream", 1, "mock-n64-i5")
        self.r["v1_stream"] = self.latency_row(rounds, "first") | {
            f"transit_{side}": median([p50(r[side], "transit") for r in rounds]) for side in ("direct", "floor", "product")
        }
        self.say("/v1: 64 paced streams")
        rounds = self.three("stream", 64, "mock-n64-i20", seconds=max(6, self.a.seconds))
        self.r["v1_paced"] = self.latency_row(rounds, "first") | {
            "share": median([r["product"]["pieces_per_second"] / r["direct"]["pieces_per_second"] for r in rounds]),
            "floor_share": median([r["floor"]["pieces_per_second"] / r["direct"]["pieces_per_second"] for r in rounds]),
        }
        self.say("/v1: 64 streams as fast as they go")
        rounds = self.three("stream", 64, "mock-n64")
        self.r["v1_unpaced"] = self.cpu_row(rounds, "cpu_per_piece") | {
            f"pieces_{side}": median([r[side]["pieces_per_second"] for r in rounds]) for side in ("direct", "floor", "product")
        }

    def latency_row(self, rounds, what="latency"):
        row = {f"p50_{side}": median([p50(r[side], what) for r in rounds]) for side in rounds[0]}
        row |= {f"p99_{side}": median([p99(r[side], what) for r in rounds]) for side in rounds[0]}
        row |= {f"rate_{side}": median([r[side]["per_second"] for r in rounds]) for side in rounds[0]}
        row["added"] = median([p50(r["product"], what) - p50(r["direct"], what) for r in rounds])
        return row

    def cpu_row(self, rounds, what):
        return {
            "cpu_floor": median([r["floor"][what] for r in rounds]),
            "cpu_product": median([r["product"][what] for r in rounds]),
            "ratio": median([r["product"][what] / r["floor"][what] for r in rounds if r["floor"][what]]),
        }

    def chat_rounds(self, callers, model):
        rounds, path = [], "/api/v1/threads"
        for _ in range(self.a.rounds):
            targets, common = self.chat_targets(), {"callers": callers, "seconds": self.a.seconds}
            row = {"direct": load(f"http://127.0.0.1:{self.provider}/v1/chat/completions", "stream", model=model, **common)}
            row["product"] = load(self.t.url(path), "chat", model=f"openai/{model}", process=self.t.process.pid, targets=targets, **common)
            self.chat_answers += row["product"]["answered"]
            self.wrong(*row.values())
            rounds.append(row)
        return rounds

    def chat(self):
        paced = f"mock-t20-n{CHAT_PIECES}-i10"
        self.say("chat: 16 at once, a provider that takes its time")
        rounds = self.chat_rounds(16, paced)
        self.r["chat_paced"] = self.latency_row(rounds)
        self.r["chat_paced_first"] = self.latency_row(rounds, "first")
        self.r["chat_paced"]["cpu"] = median([r["product"]["cpu_per_answer"] for r in rounds])
        self.say("chat: one at a time, a provider that answers at once")
        self.r["chat_c1"] = self.latency_row(self.chat_rounds(1, f"mock-n{CHAT_PIECES}"))
        self.say("chat: 16 at once, a provider that answers at once")
        rounds = self.chat_rounds(16, f"mock-n{CHAT_PIECES}")
        self.r["chat_c16"] = self.latency_row(rounds) | {"cpu": median([r["product"]["cpu_per_answer"] for r in rounds])}

    # -- reading, memory, start ------------------------------------------------------------------------------------

    def reading(self):
        self.say("reading: 1,000 threads, a thread of 2,000 messages")
        cursor, pages = None, []
        while True:
            path = "/api/v1/threads?limit=200" + (f"&cursor={cursor}" if cursor else "")
            page = self.t.ask("GET", path, self.reader)
            pages.append((path, len(page["data"])))
            cursor = page["page"]["next_cursor"]
            if not cursor:
                break
        if sum(n for _, n in pages) != 1000:
            raise SystemExit(f"1,000 threads were listed as {pages}")
        messages = f"/api/v1/threads/{self.long}/messages?limit="
        for limit in (50, 200):
            rows = self.t.ask("GET", f"{messages}{limit}", self.reader)["data"]
            if len(rows) != limit or not rows[0]["content"].startswith("Message 1999"):
                raise SystemExit("a page of the long thread is not right")
        common = {"shape": "get", "callers": 1, "key": self.reader, "process": self.t.process.pid}

        def read(path):
            rows = [load(self.t.url(path), seconds=max(1, self.a.seconds / 2), warm=0.3, **common) for _ in range(self.a.rounds)]
            self.wrong(*rows)
            return {"p50": median([p50(r) for r in rows]), "p99": median([p99(r) for r in rows]), "cpu_ms": median([r["cpu_per_answer"] for r in rows]) / 1000}

        every = [read(path) for path, _ in pages]
        self.r["read"] = {
            "threads_50": read("/api/v1/threads?limit=50"),
            "threads_all": {k: sum(p[k] for p in every) for k in ("p50", "cpu_ms")} | {"p99": max(p["p99"] for p in every)},
            "messages_50": read(f"{messages}50"),
            "messages_200": read(f"{messages}200"),
        }

    def memory(self):
        self.say("memory: after each 2,000 exchanges")
        idle = self.r["idle_mb"]
        steps = []
        for _ in range(5):
            result = load(
                self.t.url("/api/v1/threads"), "chat", 16, 120, f"openai/mock-n{CHAT_PIECES}", warm=0, most=2000, targets=self.chat_targets()
            )
            self.chat_answers += result["answered"]
            self.wrong(result)
            steps.append(self.t.resident_mb())
        self.r["memory"] = {"idle": idle, "steps": steps}
        self.say("memory: 512 streams at once")
        for shape, path, model in (("stream", "/v1/chat/completions", "mock-n16-i500"), ("chat", "/api/v1/threads", "mock-n16-i500")):
            result = load(
                self.t.url(path), shape, 512, 30, f"openai/{model}", self.key, self.t.process.pid,
                self.chat_targets() if shape == "chat" else None, warm=0, most=512,
            )  # fmt: skip
            self.wrong(result)
            if shape == "chat":
                self.chat_answers += result["answered"]
            else:
                self.api_answers += result["answered"]
            self.r["memory"][f"streams_{shape}"] = result["resident_kb"] / 1024
            self.r["memory"][f"first_{shape}"] = p50(result, "first")
        time.sleep(2)
        self.r["memory"]["after"] = self.t.resident_mb()

    def first_answer(self, path="/api/v1/threads?limit=50"):
        """Milliseconds from the start of the program to the last byte of its first answer."""
        request = f"GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {self.reader}\r\nconnection: close\r\n\r\n".encode()
        began = time.perf_counter()
        self.t.start()
        while True:
            if time.perf_counter() - began > 20:
                raise SystemExit("it does not start")
            try:
                with socket.create_connection(("127.0.0.1", self.t.port), timeout=10) as s:
                    s.sendall(request)
                    answer = b""
                    while piece := s.recv(65536):
                        answer += piece
                if answer.startswith(b"HTTP/1.1 200"):
                    return (time.perf_counter() - began) * 1000
            except OSError:
                pass
            time.sleep(0.001)

    def starting(self):
        self.say("start to first answer, with 1,000 threads in the store")
        times, idle = [], []
        for n in range(self.a.starts):
            times.append(self.first_answer())
            if n < 3:
                time.sleep(1.5)
                idle.append(self.t.resident_mb())
            self.t.stop()
        self.r["start"] = {"p50": median(times), "least": min(times), "most": max(times)}
        self.r["idle_mb"] = median(idle)

    def check_store(self):
        """What was answered is stored, whole, and logged."""
        store = sqlite3.connect(f"file:{self.t.data}/tributary.db?mode=ro", uri=True)
        count = lambda sql: store.execute(sql).fetchone()[0]
        logged = {p: count(f"SELECT count(*) FROM ai_calls WHERE purpose = '{p}' AND status = 'ok'") for p in ("api", "chat")}
        answers = count("SELECT count(*) FROM messages WHERE role = 'assistant' AND status = 'complete'")
        others = count("SELECT count(*) FROM messages WHERE role = 'assistant' AND status <> 'complete'")
        self.r["store"] = {"api": logged["api"], "chat": logged["chat"], "answers": answers, "others": others}
        expected = {"api": self.api_answers, "chat": self.chat_answers, "answers": self.chat_answers, "others": 0}
        if self.r["store"] != expected:
            print(f"  the store has {self.r['store']}, expected {expected}", flush=True)
        self.r["store_is_right"] = self.r["store"] == expected

    def spot_check(self):
        """Some threads read back: every answer has all its pieces."""
        for p in range(0, PEOPLE, 4):
            rows = self.t.ask("GET", f"/api/v1/threads/{self.threads[p][0]}/messages?limit=50", self.tokens[p])["data"]
            for row in rows:
                if row["role"] == "assistant" and len(re.findall(r"\b\d{16}\b", row["content"])) != CHAT_PIECES:
                    raise SystemExit(f"a stored answer is not whole: {row['content'][:200]}")

    def run(self):
        self.provider, self.floor = free_port(), free_port()
        with program(BENCH, "provider", "--port", self.provider), program(
            BENCH, "floor", "--port", self.floor, "--upstream", f"127.0.0.1:{self.provider}"
        ) as floor:
            self.floor_process = floor.pid
            wait_for(self.provider)
            wait_for(self.floor)
            try:
                self.t.start()
                wait_for(self.t.port)
                self.seed()
                self.t.stop()
                self.starting()
                self.t.start()
                wait_for(self.t.port)
                self.sign_in()
                for part in self.a.only.split(","):
                    getattr(self, part)()
                self.spot_check()
                self.t.stop()
                self.check_store()
            finally:
                self.t.stop()
                log = Path(str(self.t.data) + ".log").read_text(errors="replace").strip()
                if log:
                    print("  the server's last words:", *log.splitlines()[-5:], sep="\n    ", flush=True)
                if not self.a.keep:
                    shutil.rmtree(self.folder, ignore_errors=True)
        return self.r


def measure_live(arguments):
    """Live updates have a store of their own."""
    live.packages()
    provider, folder = free_port(), Path(tempfile.mkdtemp(prefix="tributary-live-"))
    with program(BENCH, "provider", "--port", provider):
        wait_for(provider)
        try:
            return live.Live(sys.modules[__name__], arguments, folder, provider).measure()
        finally:
            if not arguments.keep:
                shutil.rmtree(folder, ignore_errors=True)


def measure_files(arguments):
    """Files and search have stores of their own too."""
    import files
    import search

    folder = Path(tempfile.mkdtemp(prefix="tributary-files-"))
    try:
        results = {"files": files.Files(sys.modules[__name__], arguments, folder / "files").measure()}
        print(json.dumps(results), flush=True)
        print(f"▸ search: {arguments.messages:,} messages", flush=True)
        return results | {"search": search.search(arguments.binary, folder / "search", arguments.messages)}
    finally:
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)


def machine():
    cpu = next((l.split(":", 1)[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "unknown processor")
    memory = int(next(l.split()[1] for l in open("/proc/meminfo") if l.startswith("MemTotal"))) / 1048576
    system = next((l.split("=", 1)[1].strip().strip('"') for l in open("/etc/os-release") if l.startswith("PRETTY_NAME")), "Linux")
    return f"{os.cpu_count()} cores ({cpu}), {memory:.0f} GB, {system}, Linux {os.uname().release.split('-')[0]}"


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument("--binary", default=ROOT / "target/release/tributary")
    a.add_argument("--rounds", type=int, default=3)
    a.add_argument("--seconds", type=float, default=4)
    a.add_argument("--starts", type=int, default=11)
    a.add_argument("--only", default="gateway,chat,reading,memory", help="parts, with commas")
    a.add_argument("--live", default="idle,fan_out,stalled,faults", help="parts of live updates, with commas")
    a.add_argument("--live-seconds", type=float, default=6)
    a.add_argument("--live-idle", type=int, default=2, help="rounds of idle connections")
    a.add_argument("--messages", type=int, default=100_000, help="how many are searched; 0: nothing of files and search")
    a.add_argument("--json", help="also write the figures to this file")
    a.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    a.add_argument("--keep", action="store_true", help="keep the store")
    arguments = a.parse_args()
    load_before = os.getloadavg()[0]
    results = Bench(arguments).run() if arguments.only else {}
    if arguments.live:
        results["live"] = measure_live(arguments)
    if arguments.messages:
        results |= measure_files(arguments)
    results["machine"], results["load"] = machine(), (load_before, os.getloadavg()[0])
    print(json.dumps(results, indent=1))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(results, indent=1))
    if arguments.write:
        from page import page

        (ROOT / "docs/benchmarks.md").write_text(page(results))
        print("▸ docs/benchmarks.md")


if __name__ == "__main__":
    main()
