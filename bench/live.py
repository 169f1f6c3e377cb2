"""Live updates, measured against socket.io with its Redis adapter: the same crowd of sockets, in turn, on both.

The peer runs as two processes with Redis between them, as one has to run node.js to use two cores; Tributary is one
process. What is counted is the CPU time of these processes, without Redis.
"""
import base64
import json
import os
import secrets
import shutil
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
BENCH = HERE / "target/release/bench"
PASSWORD = "a long enough passphrase"
SUBSCRIBERS, PACE, WRITERS, VIEWERS = 1000, 50, 20, 20
IDLE, WORKSPACES, PEOPLE_EACH = 10_000, 10, 50
READERS, STALLED, STALL_RATE, STALL_SIZE = 100, 20, 100, 16_384
WATCHERS, FAULT_RATE = 200, 100


class Side:
    """One of the two, as the crowd meets it."""

    def __init__(self, tongue, ports, processes, folder):
        self.tongue, self.ports, self.processes, self.folder = tongue, ports, processes, folder

    def crowd(self, rooms, connections, people=None, **options):
        command = [BENCH, "crowd", "--to", self.tongue, "--ports", ",".join(map(str, self.ports)), "--rooms", rooms]
        command += ["--processes", ",".join(map(str, self.processes)), "--connections", connections]
        command += ["--people", people] if people else []
        for name, value in options.items():
            command += [f"--{name}", value]
        out = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=300)
        if out.returncode:
            raise SystemExit(f"the crowd failed at {self.tongue}: {out.stderr[-900:]}")
        if out.stderr:
            print("  " + out.stderr[:600].strip(), flush=True)
        return json.loads(out.stdout)


class Redis:
    """A server that can be troubled."""

    def __init__(self, run):
        self.run, self.port = run, run.free_port()
        self.start()

    def start(self):
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.run.wait_for(self.port)

    def stop(self):
        self.process.kill()
        self.process.wait()

    def cut(self):
        for kind in ("pubsub", "normal"):
            subprocess.run(["redis-cli", "-p", str(self.port), "client", "kill", "type", kind, "skipme", "yes"], capture_output=True)

    def crash(self):
        self.stop()
        time.sleep(1)
        self.start()


class Live:
    """`run` is the run it belongs to: programs, ports, the stand-in provider."""

    def __init__(self, run, arguments, folder, provider):
        self.run, self.a, self.folder, self.provider = run, arguments, folder, provider
        self.r = {"rounds": {}, "checks": []}

    def say(self, text):
        print(f"▸ live: {text}", flush=True)

    # -- the two sides -------------------------------------------------------------------------------------------------

    @contextmanager
    def redis(self):
        port = self.run.free_port()
        with self.run.program("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"):
            self.run.wait_for(port)
            yield port

    @contextmanager
    def peer(self, redis, processes=2):
        ports = [self.run.free_port() for _ in range(processes)]
        started = [
            self.run.program("node", "--expose-gc", HERE / "realtime/peer.mjs", port, redis, log=self.folder / "peer.log")
            for port in ports
        ]
        pids = []
        try:
            for program, port in zip(started, ports):
                pids.append(program.__enter__().pid)
                self.run.wait_for(port)
            time.sleep(0.5)  # its subscriptions
            yield Side("socketio", ports, pids, self.folder)
        finally:
            for program in started[: len(pids)]:
                program.__exit__(None, None, None)

    @contextmanager
    def ours(self):
        self.server.start()
        try:
            self.run.wait_for(self.server.port)
            yield Side("tributary", [self.server.port], [self.server.process.pid], self.folder)
        finally:
            self.server.stop()

    # -- people and threads --------------------------------------------------------------------------------------------

    def file(self, name, lines):
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n")
        return path

    def register(self, name, invitation=None):
        body = {"email": f"{name}@live.test", "password": PASSWORD, "full_name": f"Person {name}"}
        body |= {"invitation": invitation} if invitation else {}
        return self.server.ask("POST", "/api/v1/auth/register", body=body)["data"]["access_token"]

    def invite(self, owner, name):
        body = {"email": f"{name}@live.test", "role": "member"}
        return self.register(name, self.server.ask("POST", "/api/v1/invitations", owner, body)["data"]["token"])

    def thread(self, token, title, **more):
        return self.server.ask("POST", "/api/v1/threads", token, {"title": title, "visibility": "workspace"} | more)["data"]["id"]

    def seed(self):
        count = WORKSPACES * PEOPLE_EACH
        self.say(f"{count} people in {WORKSPACES} workspaces")
        self.server = self.run.Tributary(self.a.binary, self.folder / "live")
        with self.ours():
            owners = [self.register(f"w{w}p0") for w in range(WORKSPACES)]
            with ThreadPoolExecutor(4) as pool:
                names = [(w, f"w{w}p{p}") for p in range(1, PEOPLE_EACH) for w in range(WORKSPACES)]
                rest = list(pool.map(lambda n: self.invite(owners[n[0]], n[1]), names))
            people = owners + rest  # person n is in workspace n % WORKSPACES
            self.key = self.server.ask("POST", "/api/v1/tokens", owners[0], {"name": "bench"})["data"]["token"]
            provider = f"http://127.0.0.1:{self.provider}/v1"
            self.server.ask("PUT", "/api/v1/providers/openai/key", owners[0], {"key": "sk-bench", "base_url": provider})
            threads = [self.thread(token, f"Thread {n}") for n, token in enumerate(people)]
            team = people[::WORKSPACES]
            keys = [self.server.ask("POST", "/api/v1/tokens", token, {"name": "bench"})["data"]["token"] for token in team]
            halls = [self.thread(self.key, f"Hall {n}") for n in range(WRITERS)]
        self.people, self.team = self.file("people", people), self.file("team", keys)
        # Connection n is the person n, and each of a person's connections has another thread of their workspace open.
        self.threads = self.file("threads", [threads[(n + WORKSPACES * (n // count)) % count] for n in range(IDLE)])
        self.one = self.file("one", [f"{halls[0]}\t{self.key}"])
        self.halls = self.file("halls", [f"{hall}\t{self.key}" for hall in halls])
        self.peer_one = self.file("peer-one", ["r0"])
        self.peer_halls = self.file("peer-halls", [f"r{n}" for n in range(WRITERS)])
        self.peer_many = self.file("peer-many", [f"r{n}" for n in range(count)])

    # -- rounds --------------------------------------------------------------------------------------------------------

    def check(self, what, side, row):
        """Everything must arrive once; what stalled readers lose is not counted here."""
        faults = {k: row[k] for k in ("lost", "doubled", "bad", "refused") if row.get(k)}
        if row.get("delivered", 0) != row.get("expected", 0):
            faults["missing"] = row["expected"] - row["delivered"]
        if faults:
            print(f"  {what}, {side}: {faults}", flush=True)
        self.r["checks"].append({"what": what, "side": side, "faults": faults})

    def keep(self, what, rows):
        for side, row in rows.items():
            self.check(what, side, row)
            brief = f"{row['cpu_us']:.2f} µs, {row['per_second']:,.0f}/s, {row['delay']['p50'] / 1000:.1f} / {row['delay']['p99'] / 1000:.1f} ms" if "cpu_us" in row else f"{row['kb_each']:.1f} kB, {row['accept_us']:.0f} µs"
            print(f"  {what}, {side}: {brief}", flush=True)
        self.r["rounds"].setdefault(what, []).append(rows)

    def fan_out(self):
        for n in range(self.a.rounds):
            with self.redis() as redis, self.peer(redis) as peer, self.ours() as ours:
                common = {"connections": SUBSCRIBERS, "seconds": self.a.live_seconds}
                self.say(f"round {n + 1}: {SUBSCRIBERS} watch one thread, as fast as it goes")
                self.keep("closed", {
                    "peer": peer.crowd(self.peer_one, **common),
                    "ours": ours.crowd(self.one, people=self.team, **common),
                })  # fmt: skip
                self.say(f"round {n + 1}: the same, {PACE} messages a second")
                self.keep("paced", {
                    "peer": peer.crowd(self.peer_one, rate=PACE, **common),
                    "ours": ours.crowd(self.one, people=self.team, rate=PACE, **common),
                })  # fmt: skip
                self.say(f"round {n + 1}: {WRITERS} answers, {VIEWERS} watch each, 100 pieces a second")
                common["connections"] = WRITERS * VIEWERS
                pieces = int((2 + self.a.live_seconds + 1) * 100)
                self.keep("words", {
                    "peer": peer.crowd(self.peer_halls, rate=WRITERS * 100, size=1, **common),
                    "ours": ours.crowd(self.halls, people=self.team, model=f"openai/mock-n{pieces}-i9", **common),
                })  # fmt: skip

    def idle(self):
        for n in range(self.a.live_idle):
            self.say(f"{IDLE:,} idle connections, each with three scopes")
            with self.redis() as redis, self.peer(redis, 1) as peer:
                row = {"peer": peer.crowd(self.peer_many, IDLE, idle="yes", collects="yes", seconds=4)}
            with self.ours() as ours:
                row["ours"] = ours.crowd(self.threads, IDLE, people=self.people, idle="yes", seconds=4)
            self.keep("idle", row)

    def stalled(self):
        self.say(f"{STALLED} of {READERS} readers stall")
        common = {"connections": READERS, "rate": STALL_RATE, "size": STALL_SIZE}

        def both(side, rooms, **more):
            calm = side.crowd(rooms, seconds=8, **common, **more)
            return calm, side.crowd(rooms, seconds=14, stalled=STALLED, **common, **more)

        with self.redis() as redis, self.peer(redis) as peer:
            rows = {"peer": both(peer, self.peer_one)}
        with self.ours() as ours:
            rows["ours"] = both(ours, self.one, people=self.team)
        for side, (calm, stalled) in rows.items():
            self.check("calm", side, calm)
            each = max(0, stalled["peak_kb"] - max(calm["peak_kb"], stalled["resident_kb"])) / STALLED
            row = {"kb_each": each, "p99_calm": calm["delay"]["p99"], "p99": stalled["delay"]["p99"], "calm": calm, "stalled": stalled}
            missing = stalled["expected"] - stalled["delivered"]
            self.check("beside stalled ones", side, {k: v for k, v in stalled.items() if k in ("doubled", "refused")} | {"expected": missing, "delivered": 0})
            self.r.setdefault("stalled", {})[side] = row
            print(f"  {side}: {each:.0f} kB each, 99th percentile {row['p99_calm'] / 1000:.0f} → {row['p99'] / 1000:.0f} ms", flush=True)

    # -- two nodes -----------------------------------------------------------------------------------------------------

    @contextmanager
    def nodes(self, redis):
        """Two of ours over one PostgreSQL; answers with the file of the thread and of those who watch it."""
        server = os.environ["TEST_POSTGRES_URL"]
        name = f"bench_{secrets.token_hex(4)}"
        more = {
            "TRIBUTARY_DATABASE_URL": f"{server}/{name}",
            "TRIBUTARY_REDIS_URL": f"redis://127.0.0.1:{redis}",
            "TRIBUTARY_VAULT_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        subprocess.run(["psql", f"{server}/postgres", "-qc", f"CREATE DATABASE {name}"], check=True)
        pair = [self.run.Tributary(self.a.binary, self.folder / f"{name}-{n}", more) for n in range(2)]
        try:
            self.server, before = pair[0], getattr(self, "server", None)
            pair[0].start()
            self.run.wait_for(pair[0].port)
            owner = self.register("owner")
            pair[1].start()
            self.run.wait_for(pair[1].port)
            pair[1].ask("GET", "/api/v1/threads", owner)
            key = self.server.ask("POST", "/api/v1/tokens", owner, {"name": "bench"})["data"]["token"]
            rooms = self.file("room", [f"{self.thread(key, 'Hall')}\t{key}"])
            self.server = before
            side = Side("tributary", [node.port for node in pair], [node.process.pid for node in pair], self.folder)
            yield side, rooms, self.file("key", [key])
        finally:
            for node in pair:
                node.stop()

    def faults(self):
        if "TEST_POSTGRES_URL" not in os.environ:
            self.say("two nodes: skipped, scripts/bench starts PostgreSQL for it")
            return
        common = {"connections": WATCHERS, "rate": FAULT_RATE, "seconds": 8, "warm": 1}
        for fault, name in (("cut", "Redis's connections cut"), ("crash", "Redis killed, back and empty after 1 s")):
            self.say(f"two nodes, {name}")
            row = {"name": name, "readers": WATCHERS, "each": int(FAULT_RATE * 9)}
            for side in ("peer", "ours"):
                with ExitStack() as stack:
                    redis = Redis(self.run)
                    stack.callback(redis.stop)
                    if side == "peer":
                        crowd, rooms, people = stack.enter_context(self.peer(redis.port)), self.peer_room(), None
                    else:
                        crowd, rooms, people = stack.enter_context(self.nodes(redis.port))
                    trouble = threading.Timer(5, getattr(redis, fault))
                    trouble.start()
                    result = crowd.crowd(rooms, people=people, **common)
                    trouble.join()
                # The peer's clients send again what was under way, so that some of it arrives twice.
                lost = result["expected"] - result["delivered"] + result["doubled"]
                row[side] = {"lost": lost, "seconds": result["delay"]["max"] / 1e6, "result": result}
                print(f"  {side}: {lost} lost, {result['doubled']} doubled, the longest {result['delay']['max'] / 1000:.0f} ms", flush=True)
            self.check(name, "ours", row["ours"]["result"])
            self.r.setdefault("faults", {})[fault] = row

    def peer_room(self):
        return self.file("peer-one", ["r0"])

    def measure(self):
        if self.a.live != "faults":
            self.seed()
        for part in self.a.live.split(","):
            getattr(self, part)()
        return self.r


def packages():
    """What the peer needs, once."""
    folder = HERE / "realtime"
    if not (folder / "node_modules/.package-lock.json").exists():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--silent"], cwd=folder, check=True)
    for program in ("node", "redis-server"):
        if not shutil.which(program):
            raise SystemExit(f"{program} is not there; scripts/bench installs it")
