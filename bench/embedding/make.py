"""Makes the table of the built-in embedding model from all-MiniLM-L6-v2. Four steps, each kept in --work:

    python make.py --minilm DIR --sources DIR --work DIR

1. distil  Model2Vec: MiniLM reads each piece of its vocabulary alone; principal components to 256; weights by rank.
2. teach   MiniLM reads the corpus (corpus.py). Its vectors say how near any two of the texts are.
3. train   The pieces' vectors are moved until the sums of texts are as near to each other as MiniLM's vectors of them.
4. pack    int8 into crates/ai/assets/embedding, with sentences and numbers that the program's test checks itself by.
"""

import argparse
import json
import pathlib
import time

import numpy as np

import corpus
from table import ASSETS, DIMS, Pieces, Static, save, unit

SEED = 7
LONGEST = 128  # pieces that MiniLM reads of a training text
RARE = 4  # a piece that was seen so often moves by half of what training says


def distil(minilm, work):
    from model2vec.distill import distill

    distill(model_name=str(minilm), pca_dims=DIMS, device="cpu").save_pretrained(str(work / "distilled"))


def distilled(work):
    """The vocabulary and the vectors of step 1."""
    from safetensors.numpy import load_file

    vectors = load_file(work / "distilled/model.safetensors")["embeddings"].astype(np.float32)
    row = json.load(open(work / "distilled/tokenizer.json"))["model"]["vocab"]
    vocabulary = sorted(row, key=row.get)
    return vocabulary, vectors


def teach(minilm, work, minutes):
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    model = SentenceTransformer(str(minilm), device="cpu").to(torch.bfloat16)
    model.max_seq_length = LONGEST
    texts = json.load(open(work / "corpus.json"))
    end, step, made = time.monotonic() + 60 * minutes, 2_048, []
    for start in range(0, len(texts), step):
        read = model.encode(texts[start : start + step], batch_size=64, show_progress_bar=False, convert_to_tensor=True)
        made.append(read.float().numpy().astype(np.float16))
        print(f"taught {start + len(made[-1])} of {len(texts)}", flush=True)
        if time.monotonic() > end:
            break
    np.save(work / "teacher.npy", np.concatenate(made))


def train(minilm, work):
    vocabulary, start = distilled(work)
    teacher = unit(np.load(work / "teacher.npy").astype(np.float32))
    rows = Pieces(minilm, vocabulary).cut(json.load(open(work / "corpus.json"))[: len(teacher)])
    kept = [i for i, r in enumerate(rows) if r]
    rows, teacher = [np.array(rows[i][:LONGEST]) for i in kept], teacher[kept]
    # So that a step of the optimiser is the same for every table.
    start = start / np.abs(start).mean() * 0.02
    # What was seen rarely is trusted little.
    seen = np.bincount(np.concatenate(rows), minlength=len(vocabulary))[:, None]
    moved = fitted(start, rows, teacher) - start
    np.save(work / "trained.npy", start + moved * (seen / (seen + RARE)))


def fitted(vectors, rows, teacher, epochs=10, batch=512, rate=2e-3, heat=0.05):
    """The vectors after training. More epochs fit the corpus better and other texts no better: that was tried."""
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    chance, teacher = np.random.default_rng(SEED), torch.from_numpy(teacher)
    table = torch.nn.EmbeddingBag.from_pretrained(torch.from_numpy(vectors.copy()), freeze=False, mode="sum", sparse=True)
    optimiser = torch.optim.SparseAdam(list(table.parameters()), lr=rate)
    steps = epochs * len(rows) // batch
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = rate * (1 - step / steps)
        chosen = neighbourhoods(teacher, chance, batch)
        offsets = torch.from_numpy(np.cumsum([0] + [len(rows[i]) for i in chosen[:-1]]))
        sums = table(torch.from_numpy(np.concatenate([rows[i] for i in chosen])), offsets)
        near, wanted = nearness(F.normalize(sums, dim=1)), nearness(teacher[chosen])
        loss = F.kl_div(F.log_softmax(near / heat, 1), F.softmax(wanted / heat, 1), reduction="batchmean")
        loss = loss + 20 * F.mse_loss(near, wanted)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 100 == 0:
            print(f"step {step} of {steps}, loss {loss.item():.4f}", flush=True)
    return table.weight.detach().numpy()


def neighbourhoods(teacher, chance, batch, around=32):
    """A batch of some texts with what is near to each, since far texts teach little of what is nearer."""
    anchors = chance.integers(len(teacher), size=batch // (2 * around))
    near = (teacher[anchors] @ teacher.T).topk(around, dim=1).indices.numpy().ravel()
    return np.unique(np.concatenate([near, chance.integers(len(teacher), size=batch - len(near))]))


def nearness(vectors):
    """All products but of each with itself."""
    products = vectors @ vectors.T
    count = len(products)
    return products.flatten()[1:].view(count - 1, count + 1)[:, :-1].reshape(count, count - 1)


GOLDEN = [
    "How do I get my money back?",
    "A refund is paid within ten days of the return.",
    "The cat sleeps on the warm stove.",
    "fn main() { println!(\"Hello, {}!\", name); }",
    "Crème brûlée, naïve façade, Ångström, İstanbul",
    "ΑΘΗΝΑ и Москва ligger långt från København.",
    "東京は日本の首都です。 北京是中国的首都。",
    "안녕하세요, 세계!",
    "مرحبا بالعالم",
    "e-mail: ann@example.org, https://example.org/a?b=c#d",
    "3.14159 × 10⁻³ ≈ ½ of €1,234.56 (50 %)",
    "tabs\tand\nline breaks\r\n  and   spaces\u00a0\u2003here",
    "zero\u200bwidth, soft\u00adhyphen, \ufeffmark and \ufffd replacement",
    "Antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis",
    "🙂 👩‍👩‍👧 emoji are unknown words",
    "don't can't it's o'clock “quoted” ‘text’ — dash … end",
    "snake_case camelCase SCREAMING_CASE kebab-case",
    "[UNK] [PAD] [CLS] [SEP] [MASK] ##ing",
    "x" * 100 + " " + "y" * 101,
    "word " * 600,
    "नमस्ते दुनिया",
    "\u0301\u0308",
    "Å ﬁ ﬀ ① Ⅳ ㎏",
    "",
]


def pack(minilm, work):
    vocabulary, _ = distilled(work)
    vectors = np.load(work / "trained.npy")
    kept = [row for row, piece in enumerate(vocabulary) if not (piece.startswith("[") and piece.endswith("]") and len(piece) > 2)]
    save([vocabulary[row] for row in kept], vectors[kept])
    made = Static.load(minilm).encode([tokenized_plainly(text) for text in GOLDEN])
    golden = [{"text": t, "vector": [round(float(x), 5) for x in v[:24]]} for t, v in zip(GOLDEN, made)]
    (ASSETS / "golden.json").write_text(json.dumps(golden, ensure_ascii=False, indent=0) + "\n")


def tokenized_plainly(text):
    """Without the names of BERT's own tokens, which the program reads as plain words."""
    return text.replace("[", "[ ").replace("]", " ]")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minilm", type=pathlib.Path, required=True)
    parser.add_argument("--sources", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--minutes", type=float, default=30, help="how long MiniLM reads at most")
    asked = parser.parse_args()
    if not (asked.work / "distilled").exists():
        distil(asked.minilm, asked.work)
    if not (asked.work / "corpus.json").exists():
        (asked.work / "corpus.json").write_text(json.dumps(corpus.texts(asked.sources)))
    if not (asked.work / "teacher.npy").exists():
        teach(asked.minilm, asked.work, asked.minutes)
    if not (asked.work / "trained.npy").exists():
        train(asked.minilm, asked.work)
    pack(asked.minilm, asked.work)


if __name__ == "__main__":
    main()
