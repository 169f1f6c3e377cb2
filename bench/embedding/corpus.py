"""The texts that the table learns from: dictionaries, manuals and package descriptions out of Debian, some of Wikipedia.

Everything comes from free packages (the README names them with their licences); nothing of the evaluation sets, and
no FAQ, since those are an evaluation set. Each text is a definition, a paragraph, a heading or a one-line summary.
"""

import bz2
import gzip
import html
import html.parser
import lzma
import pathlib
import random
import re

# How many texts of each kind; a seed makes the choice repeatable.
SHARES = {
    "wordnet_gloss": 34_000,
    "wordnet_words": 16_000,
    "wordnet_example": 14_000,
    "dictionary": 12_000,
    "package_summary": 16_000,
    "package_text": 16_000,
    "manual_heading": 12_000,
    "manual_text": 34_000,
    "encyclopedia": 8_000,
}
DEBS = (
    "wordnet-base dict-gcide dict-foldoc dict-jargon perl-doc python3.11-doc debian-reference-en debian-handbook "
    "developers-reference debian-policy libreoffice-help-en-us gnome-user-docs git-doc postgresql-doc-15 anarchism "
    "apache2-doc python-django-doc sqlite3-doc postfix-doc aptitude-doc-en r-doc-html debian-faq"
).split()
FOREIGN = re.compile(r"[./](?!en)[a-z]{2}(-[a-zA-Z]{2,4})?[./]")


def tidy(text):
    return re.sub(r"\s+", " ", text).strip()


class Blocks(html.parser.HTMLParser):
    """The headings and paragraphs of a page, in order."""

    KEPT = {"p": "text", "dd": "text", "li": "text", "h1": "heading", "h2": "heading", "h3": "heading",
            "h4": "heading", "h5": "heading", "title": "title"}

    def __init__(self, text):
        super().__init__()
        self.found, self.kind, self.words, self.hidden = [], None, [], 0
        self.feed(text)
        self.flush()

    def flush(self):
        text = tidy("".join(self.words)).replace("¶", "").strip()
        if self.kind and text:
            self.found.append((self.kind, text))
        self.kind, self.words = None, []

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "style", "nav"):
            self.hidden += 1
        elif tag in self.KEPT:
            self.flush()
            self.kind = self.KEPT[tag]

    def handle_endtag(self, tag):
        if tag in ("script", "style", "nav"):
            self.hidden = max(0, self.hidden - 1)
        elif tag in self.KEPT or tag in ("ul", "ol", "div", "section"):
            self.flush()

    def handle_data(self, data):
        if not self.hidden:
            self.words.append(data)


def pages(root):
    """The pages of the manuals, in English, without FAQs."""
    for package in sorted(DEBS):
        for path in sorted((root / package).rglob("*")):
            if path.suffix not in (".html", ".page") or not path.is_file() or path.is_symlink():
                continue
            name = str(path.relative_to(root / package))
            is_foreign = FOREIGN.search(name) or path.suffix == ".page" and "/C/" not in name
            if not is_foreign and "faq" not in name.lower():
                yield path.read_text(errors="ignore")


def manuals(root):
    for page in pages(root):
        for kind, text in Blocks(page).found:
            text = re.sub(r"^[\d.]+\s+", "", text)
            if len(text.encode()) > 1.02 * len(text):
                continue
            if kind == "text" and 8 <= len(text.split()) <= 200:
                yield "manual_text", text
            elif kind == "heading" and 2 <= len(text.split()) <= 15:
                yield "manual_heading", text


def wordnet(root):
    for path in sorted(pathlib.Path(root).glob("wordnet-base/usr/share/wordnet/data.*")):
        for line in path.read_text().splitlines():
            if line.startswith(" "):
                continue
            fields, gloss = line.split(" | ", 1)
            fields = fields.split(" ")
            words = [re.sub(r"\(.*\)", "", w).replace("_", " ") for w in fields[4 : 4 + 2 * int(fields[3], 16) : 2]]
            yield "wordnet_words", ", ".join(words)
            yield "wordnet_gloss", tidy(re.sub(r';?\s*"[^"]*"', "", gloss))
            for example in re.findall(r'"([^"]{12,})"', gloss):
                yield "wordnet_example", example


def dictionaries(root):
    for name in ("gcide", "foldoc", "jargon"):
        [path] = pathlib.Path(root).glob(f"dict-{name}/usr/share/dictd/{name}.dict.dz")
        for entry in re.split(r"\n\s*\n", gzip.open(path, "rt", errors="ignore").read()):
            entry = re.sub(r"\[[^\]]*\]|\\[^\\]*\\|--[A-Z]\w+\.?|[{}<>]", " ", entry)
            entry = tidy(entry)
            if 6 <= len(entry.split()) <= 120:
                yield "dictionary", entry


def packages(path):
    seen = set()
    for block in lzma.open(path, "rt").read().split("\n\n"):
        found = re.search(r"^Description-en: (.*)\n((?: .*\n?)*)", block, re.M)
        if not found:
            continue
        summary, text = found.groups()
        if summary not in seen:
            seen.add(summary)
            yield "package_summary", tidy(summary)
        paragraph = tidy(text.split("\n .\n")[0])
        if len(paragraph.split()) >= 8 and paragraph not in seen:
            seen.add(paragraph)
            yield "package_text", paragraph


def encyclopedia(path):
    text = html.unescape(bz2.open(path, "rt", errors="ignore").read())
    text = re.sub(r"<ref[^>]*/>|<ref.*?</ref>|<!--.*?-->|<[^>]+>", "", text, flags=re.S)
    for _ in range(4):
        text = re.sub(r"\{\{[^{}]*\}\}|\{\|.*?\|\}", "", text, flags=re.S)
    text = re.sub(r"\[\[(?:[^|\]]*\|)?([^\]:]*)\]\]", r"\1", text)
    text = re.sub(r"\[https?:\S+ ?([^\]]*)\]", r"\1", text).replace("'''", "").replace("''", "")
    for line in text.splitlines():
        line = tidy(line)
        if line[:1].isalpha() and len(line.split()) >= 15 and not re.search(r"[|{}\[\]=]", line):
            yield "encyclopedia", " ".join(line.split()[:120])


def texts(sources, seed=7):
    """The corpus, shuffled."""
    root = pathlib.Path(sources)
    kinds = {kind: [] for kind in SHARES}
    for stream in (wordnet(root), dictionaries(root), packages(root / "Translation-en.xz"), manuals(root),
                   encyclopedia(root / "enwiki.xml.bz2")):
        for kind, text in stream:
            kinds[kind].append(text)
    chance = random.Random(seed)
    chosen = set()
    for kind, share in SHARES.items():
        unique = sorted(set(kinds[kind]))
        chance.shuffle(unique)
        print(f"{kind:16} {len(unique):7} found, {min(share, len(unique)):6} taken", flush=True)
        chosen.update(unique[:share])
    chosen = sorted(chosen)
    chance.shuffle(chosen)
    return chosen
