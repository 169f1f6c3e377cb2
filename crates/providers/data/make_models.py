#!/usr/bin/env python3
"""Reduces a models.dev dump to the table that Tributary ships.

    python3 make_models.py models.dev-2026-07-02.json.gz > models.json

The dump is the JSON of https://models.dev/api.json (MIT, see LICENSE.models.dev beside this file).
The date in the name of the file becomes the date of the table. Prices become whole micro-dollars for a
million tokens ($0.075 -> 75000), so that nothing is ever computed in floating point. A missing price stays
missing: it is unknown, not free.

`speed` and `capability` (0..100) are our own judgement by family, for `auto:speed` and `auto:capability`;
they are no measurement and say only which of two models to try first.
"""

import gzip
import json
import re
import sys
from decimal import Decimal

# models.dev's name -> ours
PROVIDERS = {"groq": "groq", "openai": "openai", "google": "gemini", "anthropic": "anthropic"}

# The model that answers when nobody chose one: cheap, quick, good enough for most.
DEFAULTS = {
    "groq": "openai/gpt-oss-120b",
    "openai": "gpt-5.4-mini",
    "gemini": "gemini-3.1-flash-lite",
    "anthropic": "claude-haiku-4-5",
}

# What our page and API cannot use: speech, pictures out, guards, research jobs, Responses-only models.
LEFT_OUT = re.compile(
    r"whisper|orpheus|tts|guard|gpt-image|chatgpt-image|-image|deep-research|codex|-pro$|computer-use|live"
)
KEPT_ANYWAY = re.compile(r"^gemini-.*pro")

# First match wins: (pattern, speed, capability)
RANKS = [
    (r"groq:llama-3\.1-8b", 100, 25),
    (r"groq:openai/gpt-oss-20b", 100, 45),
    (r"groq:openai/gpt-oss-120b", 95, 60),
    (r"groq:llama-3\.3-70b", 90, 45),
    (r"groq:", 90, 40),
    (r"claude-fable-5", 35, 100),
    (r"claude-opus-4-[78]", 40, 98),
    (r"claude-opus-4-6", 40, 94),
    (r"claude-opus-4-5", 40, 90),
    (r"claude-sonnet-5", 55, 94),
    (r"claude-sonnet-4-6", 55, 88),
    (r"claude-sonnet-4-5", 55, 84),
    (r"claude-opus", 35, 78),
    (r"claude-(sonnet|3-7)", 55, 72),
    (r"claude-haiku-4", 75, 66),
    (r"claude", 60, 50),
    (r"gpt-5\.5", 40, 98),
    (r"gpt-5\.4-nano", 85, 50),
    (r"gpt-5\.4-mini", 75, 72),
    (r"gpt-5\.4", 45, 94),
    (r"gpt-5\.[23]", 45, 90),
    (r"gpt-5-nano", 80, 42),
    (r"gpt-5-mini", 65, 64),
    (r"gpt-5", 45, 84),
    (r"o3|o1", 25, 74),
    (r"o4-mini", 45, 68),
    (r"gpt-4\.1-nano", 85, 34),
    (r"gpt-4\.1-mini", 80, 50),
    (r"gpt-4\.1", 65, 62),
    (r"gpt-4o-mini", 80, 40),
    (r"gpt-4o", 65, 56),
    (r"gpt-4", 40, 40),
    (r"gpt-3\.5", 75, 20),
    (r"gemini-3\.[15]-pro", 45, 94),
    (r"gemini-3-pro", 45, 90),
    (r"gemini-3\.5-flash", 75, 86),
    (r"gemini-3-flash", 80, 78),
    (r"gemini-3\.1-flash-lite", 90, 64),
    (r"gemini-2\.5-pro", 45, 78),
    (r"gemini-2\.5-flash-lite|gemini-flash-lite", 92, 48),
    (r"gemini-2\.5-flash|gemini-flash", 85, 64),
    (r"gemini-2\.0", 88, 40),
    (r"gemma", 60, 40),
]


def micros(dollars):
    """Dollars for a million tokens as whole micro-dollars."""
    if dollars is None:
        return None
    value = Decimal(str(dollars)) * 1_000_000
    if value != value.to_integral_value():
        raise SystemExit(f"price {dollars} has more than six decimals")
    return int(value)


def price(cost):
    if not cost or cost.get("input") is None or cost.get("output") is None:
        return None
    row = {"input": micros(cost["input"]), "output": micros(cost["output"])}
    for name in ("cache_read", "cache_write"):
        # A cache that costs nothing while reading costs something is a gap in the source.
        if cost.get(name):
            row[name] = micros(cost[name])
    return row


def ranks(provider, name):
    for pattern, speed, capability in RANKS:
        if re.search(pattern if ":" not in pattern else "^" + pattern, f"{provider}:{name}"):
            return speed, capability
    return 50, 30


def row(provider, name, model):
    limit = model.get("limit", {})
    inputs = model.get("modalities", {}).get("input", [])
    outputs = model.get("modalities", {}).get("output", [])
    embeds = "embedding" in name
    capabilities = []
    if embeds:
        capabilities.append("embeddings")
    elif "text" in outputs:
        capabilities.append("text")
        capabilities += ["vision"] if "image" in inputs else []
        capabilities += ["documents"] if "pdf" in inputs else []
        capabilities += ["tools"] if model.get("tool_call") else []
        capabilities += ["reasoning"] if model.get("reasoning") else []
        capabilities += ["schema"] if model.get("structured_output") else []
    if not capabilities:
        return None
    speed, capability = ranks(provider, name)
    result = {
        "provider": provider,
        "id": name,
        "name": model["name"],
        "context": limit.get("context") or None,
        "max_input": limit.get("input") or None,
        "max_output": None if embeds else limit.get("output") or None,
        # models.dev keeps the length of an embedding where others have their output.
        "dimensions": (limit.get("output") if embeds and (limit.get("output") or 0) > 1 else None),
        "price": price(model.get("cost")),
        "tiers": [
            {"above": tier["tier"]["size"], **(price(tier) or {})}
            for tier in (model.get("cost") or {}).get("tiers", [])
            if price(tier)
        ],
        "capabilities": capabilities,
        "takes_temperature": model.get("temperature", True),
        "released": model.get("release_date"),
        "deprecated": model.get("status") == "deprecated",
        "default": DEFAULTS[provider] == name,
        "speed": speed,
        "capability": capability,
    }
    defaults = {"deprecated": False, "default": False, "takes_temperature": True, "tiers": []}
    return {k: v for k, v in result.items() if v is not None and defaults.get(k) != v}


def main():
    path = sys.argv[1]
    date = re.search(r"\d{4}-\d{2}-\d{2}", path)
    if not date:
        raise SystemExit("the name of the dump must contain its date")
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as file:
        dump = json.load(file)
    rows = []
    for theirs, ours in PROVIDERS.items():
        for name, model in sorted(dump[theirs]["models"].items()):
            if LEFT_OUT.search(name) and not KEPT_ANYWAY.search(name):
                continue
            if KEPT_ANYWAY.search(name) and re.search("image|tts", name):
                continue
            made = row(ours, name, model)
            if made:
                rows.append(made)
    for provider, name in DEFAULTS.items():
        if not any(r["provider"] == provider and r["id"] == name and r.get("price") for r in rows):
            raise SystemExit(f"the default {provider}/{name} is not in the table")
    head = {
        "source": "https://models.dev",
        "license": "MIT, Copyright (c) models.dev contributors; see LICENSE.models.dev",
        "date": date.group(0),
        "unit": "micro-dollars for a million tokens",
    }
    print("{")
    for key, value in head.items():
        print(f"  {json.dumps(key)}: {json.dumps(value)},")
    print('  "models": [')
    print(",\n".join("    " + json.dumps(r, ensure_ascii=False) for r in rows))
    print("  ]\n}")


main()
