"""The part of docs/benchmarks.md about files and search."""


def promises(r):
    large, found = r["files"]["large"], r["search"]
    return [
        ("500 MB upload in < 64 MB of memory (more than idle)", f"{large['peak_up_mb'] - large['idle_mb']:.0f} MB"),
        (f"keyword search among {found['messages']:,} messages, 95th percentile < 50 ms at 100,000", f"{found['keyword']['p95_ms']} ms"),
        (f"hybrid search among {found['messages']:,} messages, 95th percentile < 100 ms at 100,000", f"{found['hybrid']['p95_ms']} ms"),
        ("found after it is written, < 2 s", f"{found['found_after_ms']} ms"),
    ]


def section(r):
    large, small, found = r["files"]["large"], r["files"]["small"], r["search"]
    kept = "\n".join(f"| {what} | {measured} |" for what, measured in promises(r))
    modes = "\n".join(
        f"| {mode} | {found[mode]['p50_ms']} | {found[mode]['p95_ms']} | {found[mode]['max_ms']} |"
        for mode in ("keyword", "hybrid", "semantic")
    )
    return f"""## Files and search

| promise | measured |
|---|--:|
{kept}

| a file of 500 MB, on a folder | |
|---|--:|
| up, MB/s | {large["up_mb_s"]:.0f} |
| down, MB/s | {large["down_mb_s"]:.0f} |
| the floor: OpenSSL hashes, encrypts and writes it, MB/s | {large["floor_mb_s"]:.0f} |
| resident: idle, most while it came, most while it went, MB | {large["idle_mb"]:.0f}, {large["peak_up_mb"]:.0f}, {large["peak_down_mb"]:.0f} |
| a file of 64 kB to its verdict, median and 95th percentile, ms | {small["p50"]:.1f}, {small["p95"]:.1f} |

| search, {found["messages"]:,} messages, SQLite | median, ms | 95th, ms | most, ms |
|---|--:|--:|--:|
{modes}

{found["written_per_second"]:,} messages a second were written by six writers, {found["written_and_indexed_per_second"]:,} written
and indexed; store {found["store_mb"]:,} MB, resident {found["resident_mb"]:,} MB. Words follow Zipf's law over the
embedding model's vocabulary; a quarter each are one word, three words, a beginning as it is typed, a quotation.
"""
