"""The table as the program reads it, and BERT's cutting of texts. Used by make.py and evaluate.py."""

import pathlib

import numpy as np
from tokenizers import Tokenizer

ASSETS = pathlib.Path(__file__).resolve().parents[2] / "crates/ai/assets/embedding"
DIMS = 256
MOST_PIECES = 512


def unit(vectors):
    vectors = np.asarray(vectors, dtype=np.float32)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


class Pieces:
    """Texts to rows of the table: MiniLM's own tokenizer, without [UNK] and what only a model needs."""

    def __init__(self, minilm, vocabulary):
        self.tokenizer = Tokenizer.from_file(f"{minilm}/tokenizer.json")
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.row = {piece: row for row, piece in enumerate(vocabulary)}

    def cut(self, texts):
        found = self.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        rows = [[self.row[t] for t in one.tokens if t in self.row] for one in found]
        return [one[:MOST_PIECES] for one in rows]


class Static:
    """The model: the sum of the pieces' vectors, to length one."""

    def __init__(self, pieces, vectors):
        self.pieces, self.vectors = pieces, np.asarray(vectors, dtype=np.float32)

    def encode(self, texts):
        rows = self.pieces.cut(texts)
        return unit(np.stack([self.vectors[r].sum(0) if r else np.zeros(DIMS, np.float32) for r in rows]))

    @classmethod
    def load(cls, minilm, assets=ASSETS):
        vocabulary = (assets / "vocabulary.txt").read_text().split("\n")[:-1]
        file = (assets / "table.bin").read_bytes()
        count = len(vocabulary)
        steps = np.frombuffer(file, "<f4", count)
        numbers = np.frombuffer(file, np.int8, count * DIMS, 4 * count).reshape(count, DIMS)
        return cls(Pieces(minilm, vocabulary), numbers * steps[:, None])


def save(vocabulary, vectors, assets=ASSETS):
    """Writes the table: one step a piece, then a byte a number. What a piece weighs is in its step."""
    steps = np.abs(vectors).max(1) / 127
    steps[steps == 0] = 1
    numbers = np.rint(vectors / steps[:, None]).astype(np.int8)
    (assets / "vocabulary.txt").write_text("\n".join(vocabulary) + "\n")
    (assets / "table.bin").write_bytes(steps.astype("<f4").tobytes() + numbers.tobytes())
