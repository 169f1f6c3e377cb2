"""What docs/benchmarks.md says of live updates."""
from statistics import median


def n(value, digits=2):
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.{digits}f}"


def of(r, what, side, key):
    return median(key(row[side]) for row in r["rounds"][what])


def ratio(r, what, key):
    """Ours against the peer's, within each round."""
    ratios = [key(row["ours"]) / key(row["peer"]) for row in r["rounds"][what] if key(row["peer"])]
    return median(ratios) if ratios else None


def cpu(row):
    return row["cpu_us"]


def rate(row):
    return row["per_second"]


def p50(row):
    return row["delay"]["p50"] / 1000


def p99(row):
    return row["delay"]["p99"] / 1000


def promises(r):
    """Rows as `page.promises` wants them."""
    def against(what, key, digits=2):
        return f"{n(ratio(r, what, key))} × ({n(of(r, what, 'ours', key), digits)} : {n(of(r, what, 'peer', key), digits)})"

    rows = []
    if "closed" in r["rounds"]:
        rows += [
            ("live, 1,000 watch one thread: CPU a delivery, against socket.io", "≤ 0.35 ×", against("closed", cpu) + " µs", ratio(r, "closed", cpu) <= 0.35),
            ("live, the same: deliveries a second, against socket.io", "≥ 2.5 ×", against("closed", rate, 0), ratio(r, "closed", rate) >= 2.5),
            ("live, 50 messages a second to 1,000: CPU a delivery", "≤ 0.6 ×", against("paced", cpu) + " µs", ratio(r, "paced", cpu) <= 0.6),
            ("live, 20 answers, 20 watch each: CPU a piece delivered, against socket.io", "≤ 0.35 ×", against("words", cpu) + " µs", ratio(r, "words", cpu) <= 0.35),
            ("live, the same: from the provider to those who watch, median", "≤ 50 ms", f"{n(of(r, 'words', 'ours', p50), 0)} ms", of(r, "words", "ours", p50) <= 50),
        ]
    if "idle" in r["rounds"]:
        memory, accept = (lambda row: row["kb_each"]), (lambda row: row["accept_us"])
        rows += [
            ("live, 10,000 idle connections: memory each, against socket.io", "≤ 1 ×", against("idle", memory, 1) + " kB", ratio(r, "idle", memory) <= 1),
            ("live, the same: CPU to accept one, with sign-in and three scopes", "≤ 0.5 ×", against("idle", accept, 0) + " µs", ratio(r, "idle", accept) <= 0.5),
        ]
    if "stalled" in r:
        row = r["stalled"]["ours"]
        rows.append(("live, 20 of 100 readers stall: memory for each of them", "≤ 1,024 kB", f"{n(row['kb_each'], 0)} kB", row["kb_each"] <= 1024))
    for what, fault in r.get("faults", {}).items():
        rows.append((f"live, two nodes, {fault['name']}: lost; caught up", "0; ≤ 2 s", f"{fault['ours']['lost']}; {n(fault['ours']['seconds'], 1)} s", fault["ours"]["lost"] == 0 and fault["ours"]["seconds"] <= 2))
    faults = sum(len(c["faults"]) for c in r["checks"] if c["side"] == "ours")
    rows.append(("live: anything lost, doubled or refused in these runs", "0", str(faults), faults == 0))
    return rows


def table(r):
    rows = []

    def row(what, name, key, digits=2):
        if what in r["rounds"]:
            rows.append(f"| {name} | {n(of(r, what, 'peer', key), digits)} | {n(of(r, what, 'ours', key), digits)} | {n(ratio(r, what, key))} |")

    for what, name in (("closed", "1,000 watch one thread, as fast as it goes"), ("paced", "the same, 50 messages a second"), ("words", "20 answers of 100 pieces a second, 20 watch each")):
        row(what, f"{name}: CPU a {'piece' if what == 'words' else 'delivery'}, µs", cpu)
        row(what, f"{name}: deliveries a second", rate, 0)
        row(what, f"{name}: median, ms", p50, 1)
        row(what, f"{name}: 99th percentile, ms", p99, 1)
    row("idle", "10,000 idle connections: memory each, kB", lambda x: x["kb_each"], 1)
    row("idle", "10,000 idle connections: CPU to accept one, µs", lambda x: x["accept_us"], 0)
    row("idle", "10,000 idle connections: accepted a second", lambda x: x["per_second"], 0)
    row("idle", "10,000 idle connections: CPU while nothing happens, % of a core", lambda x: 100 * x["idle_cpu_share"], 1)
    if "stalled" in r:
        peer, ours = r["stalled"]["peer"], r["stalled"]["ours"]
        rows.append(f"| 20 of 100 readers stall at 1.6 MB/s: memory each, kB | {n(peer['kb_each'], 0)} | {n(ours['kb_each'], 0)} | |")
        for key, name in (("p99_calm", "before"), ("p99", "meanwhile")):
            rows.append(f"| those who read, 99th percentile {name}, ms | {n(peer[key] / 1000, 0)} | {n(ours[key] / 1000, 0)} | |")
    for fault in r.get("faults", {}).values():
        rows.append(f"| two nodes, {fault['name']}: messages lost by each reader, of {fault['each']:,} | {n(fault['peer']['lost'] / fault['readers'], 1)} | {n(fault['ours']['lost'] / fault['readers'], 1)} | |")
    return "\n".join(["| live updates | socket.io | Tributary | ratio |", "|---|--:|--:|--:|", *rows])


TEXT = """## Live updates

Against socket.io 4.8.4 with `@socket.io/redis-adapter` 8.3.0 on node.js, set up as its documentation says, in the same
run and in turn. It runs as two processes with Redis between them, so that it can use two cores as Tributary's one
process does; Redis's own CPU time is not counted. The generator (`bench crowd`, one thread) checks every number that
every socket receives.

- The peer relays what a socket sends, and keeps nothing. Here a **message** is a call of the API by somebody who is
  signed in, sealed and stored in a transaction with its event, read back, opened, and shown with its thread to all who
  watch, who had to show that they may. All of that is counted into the CPU time of its deliveries, and into the delay.
- "As fast as it goes" keeps at most eight messages outstanding.
- An **answer** comes from the stand-in provider. Its parsing and the draft that is stored each second are counted. The
  peer sends each piece as a message of its own, as servers on it do; Tributary gathers for 40 ms.
- An **idle connection** is signed in with an access token and holds its person, its workspace and a thread; 500 people
  in 10 workspaces, 20 connections each. The peer's has no sign-in and joins three rooms; its garbage is collected before
  its memory is read.
- **Two nodes** are two of each with Redis between them, ours over one PostgreSQL; 200 watch one thread, half at each
  node, 100 messages a second.
- A **stalled reader** takes nothing for 14 s while 16 kB a message come 100 times a second; its memory is what the
  process grew by, divided by 20. Buffers of the kernel are not in it.

"""


def section(r):
    return TEXT + table(r) + "\n"
