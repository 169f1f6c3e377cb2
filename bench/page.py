"""The page docs/benchmarks.md, from the figures of one run."""
import files_page
import live_page

OK, MISSED = "kept", "**missed**"


def n(value, digits=2):
    if value is None:
        return "–"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{digits}f}"


def promises(r):
    c1, c16, big = r["v1_c1"], r["v1_c16"], r["v1_32k"]
    one, paced, unpaced = r["v1_stream"], r["v1_paced"], r["v1_unpaced"]
    chat, full, read, memory = r["chat_paced"], r["chat_c16"], r["read"], r["memory"]
    a_core = 1e6 / full["cpu"]
    steps = memory["steps"]
    rows = [
        ("start to the first answered request, existing store with 1,000 threads", "< 150 ms", f"{n(r['start']['p50'], 0)} ms (least {n(r['start']['least'], 0)})", r["start"]["p50"] < 150),
        ("memory when idle, without the model in the box", "< 60 MB", f"{n(r['idle_mb'], 0)} MB", r["idle_mb"] < 60),
        ("chat, 16 at once: added to a whole answer, median", "< 3 ms", f"{n(chat['added'])} ms", chat["added"] < 3),
        ("chat: complete exchanges a second and core of the server", "≥ 1,000 (aim)", f"{n(a_core, 0)} ({n(full['cpu'], 0)} µs each)", a_core >= 1000),
        ("`/v1`: CPU a request, 16 at once, against the floor", "≤ 4 ×", f"{n(c16['ratio'], 1)} × ({n(c16['cpu_product'], 0)} : {n(c16['cpu_floor'], 0)} µs)", c16["ratio"] <= 4),
        ("`/v1`: the same with prompts of 32 KB", "≤ 3 ×", f"{n(big['ratio'], 1)} × ({n(big['cpu_product'], 0)} : {n(big['cpu_floor'], 0)} µs)", big["ratio"] <= 3),
        ("`/v1`: CPU a piece, 64 streams at full speed", "≤ 10 µs", f"{n(unpaced['cpu_product'], 1)} µs (floor {n(unpaced['cpu_floor'], 1)})", unpaced["cpu_product"] <= 10),
        ("`/v1`: added at the median, one caller", "≤ 0.10 ms", f"{n(c1['added'], 3)} ms", c1["added"] <= 0.10),
        ("`/v1`: added to the first word, one stream", "≤ 0.3 ms", f"{n(one['added'], 3)} ms", one["added"] <= 0.3),
        ("`/v1`: 64 paced streams, share of the direct pieces a second", "≥ 0.99", n(paced["share"], 3), paced["share"] >= 0.99),
        ("wrong, missing or broken answers in the whole run", "0", str(r["wrong"]), r["wrong"] == 0),
        ("what was answered is stored whole and logged, row by row", "all", f"{n(r['store']['answers'], 0)} answers, {n(r['store']['api'] + r['store']['chat'], 0)} calls" + ("" if r["store_is_right"] else ": not all"), r["store_is_right"]),
        ("a thread of 2,000 messages opens: newest 50", "< 50 ms", f"{n(read['messages_50']['p50'])} ms", read["messages_50"]["p50"] < 50),
        ("the same, newest 200", "< 50 ms", f"{n(read['messages_200']['p50'])} ms", read["messages_200"]["p50"] < 50),
        ("1,000 threads are listed: the first 50", "< 10 ms", f"{n(read['threads_50']['p50'])} ms", read["threads_50"]["p50"] < 10),
        ("all 1,000, five pages of 200 one after the other", "< 10 ms", f"{n(read['threads_all']['p50'])} ms", read["threads_all"]["p50"] < 10),
        ("memory after 2,000, 4,000, … 10,000 more exchanges", "no trend", " → ".join(n(s, 0) for s in steps) + " MB", steps[-1] - steps[1] < 0.1 * steps[1]),
    ]
    rows += live_page.promises(r["live"])
    lines = ["| promise | bound | measured | |", "|---|--:|--:|---|"]
    lines += [f"| {what} | {bound} | {value} | {OK if kept else MISSED} |" for what, bound, value, kept in rows]
    return "\n".join(lines)


def gateway(r):
    def three(row, key, digits=2):
        return " | ".join(n(row.get(f"{key}_{side}"), digits) for side in ("direct", "floor", "product"))

    lines = ["| `/v1` | direct | floor | Tributary |", "|---|--:|--:|--:|"]
    for key, name in (("v1_c1", "one caller"), ("v1_c16", "16 callers"), ("v1_32k", "16 callers, 32 KB prompts")):
        row = r[key]
        lines.append(f"| {name}: median, ms | {three(row, 'p50', 3)} |")
        lines.append(f"| {name}: 99th percentile, ms | {three(row, 'p99')} |")
        lines.append(f"| {name}: requests a second | {three(row, 'rate', 0)} |")
        if "cpu_floor" in row:
            lines.append(f"| {name}: CPU a request, µs | | {n(row['cpu_floor'], 1)} | {n(row['cpu_product'], 1)} |")
    lines.append(f"| one paced stream: first word, median, ms | {three(r['v1_stream'], 'p50', 3)} |")
    lines.append(f"| one paced stream: a piece on its way, median, ms | {three(r['v1_stream'], 'transit', 3)} |")
    lines.append(f"| 64 paced streams: first word, median, ms | {three(r['v1_paced'], 'p50')} |")
    lines.append(f"| 64 paced streams: share of the direct pieces | 1 | {n(r['v1_paced']['floor_share'], 3)} | {n(r['v1_paced']['share'], 3)} |")
    lines.append(f"| 64 streams at full speed: pieces a second | {three(r['v1_unpaced'], 'pieces', 0)} |")
    lines.append(f"| 64 streams at full speed: CPU a piece, µs | | {n(r['v1_unpaced']['cpu_floor'], 1)} | {n(r['v1_unpaced']['cpu_product'], 1)} |")
    return "\n".join(lines)


def chat(r):
    paced, first, c1, c16 = r["chat_paced"], r["chat_paced_first"], r["chat_c1"], r["chat_c16"]
    return "\n".join([
        "| chat: one exchange | direct | Tributary | added |",
        "|---|--:|--:|--:|",
        f"| 16 at once, paced: whole answer, median, ms | {n(paced['p50_direct'])} | {n(paced['p50_product'])} | {n(paced['added'])} |",
        f"| 16 at once, paced: whole answer, 99th percentile, ms | {n(paced['p99_direct'])} | {n(paced['p99_product'])} | |",
        f"| 16 at once, paced: first word, median, ms | {n(first['p50_direct'])} | {n(first['p50_product'])} | {n(first['added'])} |",
        f"| one at a time, at once: whole answer, median, ms | {n(c1['p50_direct'])} | {n(c1['p50_product'])} | {n(c1['added'])} |",
        f"| 16 at once, at once: whole answer, median, ms | {n(c16['p50_direct'])} | {n(c16['p50_product'])} | |",
        f"| 16 at once, at once: exchanges a second | {n(c16['rate_direct'], 0)} | {n(c16['rate_product'], 0)} | |",
        f"| CPU of the server an exchange, µs: at full speed, paced | | {n(c16['cpu'], 0)}, {n(paced['cpu'], 0)} | |",
    ])  # fmt: skip


def page(r):
    read, memory = r["read"], r["memory"]
    rows = (("threads_50", "50 of 1,000 threads"), ("threads_all", "1,000 threads in five pages"), ("messages_50", "newest 50 of 2,000 messages"), ("messages_200", "newest 200 of 2,000 messages"))  # fmt: skip
    reading = "\n".join(f"| {name} | {n(read[k]['p50'])} | {n(read[k]['p99'])} | {n(read[k]['cpu_ms'])} |" for k, name in rows)
    return f"""# Benchmarks

`make bench` builds the program as it is shipped and `bench/`, starts everything on free loopback ports with a store of
its own, takes the figures, and writes this page. Nothing outside of the machine is asked.

Machine: {r["machine"]}.
Load {r["load"][0]:.1f} before, {r["load"][1]:.1f} after: other programs may have been running on it, and the stand-in provider, the load
generator and the server share its cores. So rounds **alternate** between the stand-in asked directly, through the floor
and through Tributary; ratios and differences are taken within a round, and the median of the rounds is told. CPU time
is the kernel's account of the server's process, which a busy machine moves least.

## What is promised

{promises(r)}

## What is compared

- **Direct**: the load generator asks the stand-in provider (`bench provider`), which speaks OpenAI's format and answers
  at once, or piece by piece at a pace that the model's name says.
- **Floor**: between the two is the plainest proxy that hyper allows (`bench floor`): it parses the JSON once, keeps its
  connections, passes bytes on. No key, no limit, no log.
- **Tributary at `/v1`**: API token checked, permission and limit checked, headers told, provider key chosen, the answer
  read for its usage, and the call written into the log with tokens and price.
- **Tributary, chat**: sign-in checked, the message sealed (AES-256-GCM) and stored, the thread's branch read and opened,
  instructions put together, the provider asked, the answer streamed as the AI SDK's UI message stream, sealed, stored,
  with its events, and the call logged. 16 people, 640 threads, each exchange continues one. Answers have 16 pieces.
  "Paced" is a provider that takes 20 ms to the first piece and 10 ms between pieces; direct is the same call without us.
- SQLite as configured by default; limits counted but too high to be met; titles by their first words; the model in the
  box not loaded.
- The load generator counts the pieces of every stream and looks for its `[DONE]`; some threads are read back, and in the
  end the rows of the store are counted against the answers that were given.

{gateway(r)}

{chat(r)}

| reading | median, ms | 99th percentile, ms | CPU, ms |
|---|--:|--:|--:|
{reading}

| memory (resident) | MB |
|---|--:|
| idle after the start | {n(memory["idle"], 0)} |
| after 10,000 more exchanges | {n(memory["steps"][-1], 0)} |
| with 512 streams open at `/v1` | {n(memory["streams_stream"], 0)} |
| with 512 answers being written in 512 threads | {n(memory["streams_chat"], 0)} |
| at the end | {n(memory["after"], 0)} |

{live_page.section(r["live"])}
{files_page.section(r)}
## Others, measured elsewhere or earlier

Not from this run; other loads, other days, partly other machines. Read them for their order of magnitude.

Gateways on two shared cores like these, with a stand-in and a floor like these (the floor cost 11–14 µs a request and
3 µs a piece), each in its best configuration, without a database:

| | TensorZero 2026.6.0 | Portkey 1.15.2 | LiteLLM 1.106.2, 1 worker |
|---|--:|--:|--:|
| CPU a request, 16 callers, µs (× floor) | 157–205 (14–15) | 978 (89) | 7,395–8,728 (620–670) |
| added at the median, one caller, ms | 0.17–0.35 | 1.1 | 8.8–9.3 |
| first word of a paced stream, ms | 23–47 | fails here | 13–16 |
| CPU a piece at full speed, µs | 15–19 | – | 1,357–1,473 |
| 64 paced streams, share of direct | 1.0 | – | 0.20–0.25 |
| memory, idle → end, MB | 68 → 83 | 88 → 273 | 333 → 424 |
| start to first answer | 0.65 s | 0.42 s | 6.4–10.5 s |

What makers publish about themselves: agentgateway 186 µs added at the 99th percentile (Busbar's board, 16-core ARM
server, gateway pinned to 4); LiteLLM's own overhead with Postgres, 4 instances of 4 CPUs: 2 ms at the median, 13 ms at
the 99th percentile; Bifrost "11 µs", without the JSON and the HTTP call.

Open WebUI 0.12.4 on two shared cores (SQLite, one worker, stand-in of 50 pieces): one API stream costs 14–16 ms of CPU,
about 50 a second; a message sent from its page 79–110 ms of CPU, 6.5–9.9 a second; first word 37 ms alone and 279 ms
with 16 at once; a chat of 2,000 messages is fetched in 131–371 ms; start 20–31 s; 1,193 MB idle.
"""
