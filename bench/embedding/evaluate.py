"""How good the table is: beside full MiniLM and a search for words, on public sets that it has not learned from.

    python evaluate.py --minilm DIR --sets DIR [--full]

Sets (each only if it is there; the README tells where they come from):
  sts/         STS-B: pairs of sentences and how alike people found them. Spearman's correlation.
  faq/         questions of FAQs in free software's manuals; the answers to find among all answers. nDCG@10.
  banking/     tasks of tau2-bench's banking knowledge with the documents that they need. nDCG@10.
  cranfield/   the Cranfield collection. nDCG@10.
"""

import argparse
import csv
import gzip
import html
import json
import math
import pathlib
import re
from collections import Counter

import numpy as np
import snowballstemmer
from scipy.stats import spearmanr

from corpus import Blocks, tidy
from table import Static, unit

DEPTH = 10


def sts(path):
    rows = csv.reader(open(path), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [(row[5], row[6], float(row[4])) for row in rows]


def faq_of_page(path):
    question, answer = None, []
    for kind, text in Blocks(path.read_text(errors="ignore")).found + [("heading", "")]:
        if kind == "text":
            answer.append(text)
        else:
            if question and answer:
                yield question, " ".join(answer)
            text = re.sub(r"^[\d.]+\s+|\s*Link to this heading|\s*\(edit\)", "", text)
            question, answer = (text if text.endswith("?") else None), []


def faq_of_pod(path):
    for section in re.split(r"^=head2 ", path.read_text(), flags=re.M)[1:]:
        question, _, answer = section.partition("\n")
        answer = re.split(r"^=head1", answer, flags=re.M)[0]
        answer = re.sub(r"^=\w+.*$|X<[^>]*>", "", answer, flags=re.M)
        strip = lambda t: tidy(re.sub(r"[A-Z]<+\s*([^<>|]*?)\s*(\|[^<>]*)?>+", r"\1", t))
        if question.strip().endswith("?") and answer.strip():
            yield strip(question), strip(answer)


def faq(folder):
    """Questions, answers, and for each question the one answer that is its own."""
    pairs = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".html", ".pod") and path.is_file():
            for question, answer in (faq_of_pod if path.suffix == ".pod" else faq_of_page)(path):
                if len(answer.split()) >= 10:
                    pairs.setdefault(answer, question)
    return list(pairs.values()), list(pairs), [{i} for i in range(len(pairs))]


def banking(folder):
    documents = json.load(gzip.open(folder / "documents.json.gz"))
    place = {d["id"]: i for i, d in enumerate(documents)}
    tasks = [t for t in json.load(open(folder / "tasks.json")) if t["required_documents"]]
    asked = [t["user_scenario"]["instructions"] for t in tasks]
    wanted = [{place[d] for d in t["required_documents"] if d in place} for t in tasks]
    return asked, [f"{d['title']}. {d['content']}" for d in documents], wanted


def cranfield(folder):
    def blocks(name, tag):
        text = (folder / name).read_text(errors="ignore")
        field = lambda block, key: html.unescape((re.search(rf"<{key}>(.*?)</{key}>", block, re.S | re.I) or ["", ""])[1])
        for block in re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.S | re.I):
            yield lambda key, block=block: tidy(field(block, key))

    place, documents = {}, []
    for field in blocks("cran.all.1400.xml", "doc"):
        place[field("docno")] = len(documents)
        documents.append(f"{field('title')}. {field('text')}")
    asked = [field("title") for field in blocks("cran.qry.xml", "top")]
    wanted = [set() for _ in asked]
    for line in (folder / "cranqrel.trec.txt").read_text().splitlines():
        query, _, document, degree = line.split()[:4]
        if int(degree) > 0:
            wanted[int(query) - 1].add(place[document])
    return asked, documents, wanted


STEM = snowballstemmer.stemmer("english")


def words(text):
    """Stems, as the program's search for words has them."""
    return STEM.stemWords(re.findall(r"[a-z0-9]+", text.lower()))


def bm25(asked, documents):
    bags = [Counter(words(d)) for d in documents]
    lengths = np.array([sum(bag.values()) for bag in bags])
    frequency = Counter(word for bag in bags for word in bag)
    scores = np.zeros((len(asked), len(documents)), np.float32)
    postings = {}
    for i, bag in enumerate(bags):
        for word, times in bag.items():
            postings.setdefault(word, []).append((i, times))
    for q, text in enumerate(asked):
        for word in words(text):
            rare = math.log(1 + (len(bags) - frequency[word] + 0.5) / (frequency[word] + 0.5))
            for i, times in postings.get(word, ()):
                scores[q, i] += rare * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * lengths[i] / lengths.mean()))
    return scores


def fused(*scores):
    """Reciprocal rank fusion."""
    total = 0
    for one in scores:
        ranks = np.empty_like(one)
        np.put_along_axis(ranks, np.argsort(-one, axis=1, kind="stable"), np.arange(one.shape[1], dtype=np.float32)[None], 1)
        total = total + 1 / (60 + ranks)
    return total


def ndcg(scores, wanted):
    found = []
    for row, good in zip(scores, wanted):
        if good:
            hits = [i in good for i in np.argsort(-row, kind="stable")[:DEPTH]]
            best = sum(1 / math.log2(k + 2) for k in range(min(DEPTH, len(good))))
            found.append(sum(hit / math.log2(k + 2) for k, hit in enumerate(hits)) / best)
    return float(np.mean(found))


def full(minilm):
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    model = SentenceTransformer(str(minilm), device="cpu")
    return lambda texts: unit(model.encode(texts, batch_size=32, show_progress_bar=False))


def sets(folder):
    folder = pathlib.Path(folder)
    for name, read in (("faq", faq), ("banking", banking), ("cranfield", cranfield)):
        if (folder / name).exists():
            yield name, read(folder / name)


def similarity(encode, folder):
    result = {}
    for part in ("dev", "test"):
        rows = sts(pathlib.Path(folder) / "sts" / f"sts-{part}.csv")
        products = (encode([r[0] for r in rows]) * encode([r[1] for r in rows])).sum(1)
        result[f"sts {part}"] = float(spearmanr(products, [r[2] for r in rows])[0])
    return result


def retrieval(encode, folder):
    result = {}
    for name, (asked, documents, wanted) in sets(folder):
        by_word = bm25(asked, documents)
        by_meaning = encode(asked) @ encode(documents).T
        result[name] = ndcg(by_meaning, wanted)
        result[f"{name} hybrid"] = ndcg(fused(by_word, by_meaning), wanted)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minilm", required=True)
    parser.add_argument("--sets", required=True)
    parser.add_argument("--full", action="store_true", help="measure full MiniLM as well")
    asked = parser.parse_args()
    rows = {"words alone (BM25)": {}}
    for name, (questions, documents, wanted) in sets(asked.sets):
        print(f"{name}: {len(questions)} questions, {len(documents)} documents")
        rows["words alone (BM25)"][name] = ndcg(bm25(questions, documents), wanted)
    models = {"built-in": Static.load(asked.minilm).encode}
    if asked.full:
        models["full MiniLM"] = full(asked.minilm)
    for name, encode in models.items():
        rows[name] = similarity(encode, asked.sets) | retrieval(encode, asked.sets)
    for name, row in rows.items():
        print(f"{name:20}", "  ".join(f"{key} {value:.4f}" for key, value in row.items()), flush=True)


if __name__ == "__main__":
    main()
