"""Reads the verdict card (NAME.assay.json) that Assay writes beside a model file. Python's own library alone.

python3 assay_card.py FILE...   prints what the cards of these files say
"""

import functools
import hashlib
import json
import os
import sys
from dataclasses import dataclass, field

SCHEMA = "assay-card/1"
OUTCOMES = ("PASSED", "REGRESSED", "INCONCLUSIVE", "BROKEN")
UNJUDGED = "NOT JUDGED"
MOST_BYTES = 4 << 20  # of a card; those of Assay have some 30 kB
MOST_TEXT = 400  # characters of one sentence


@dataclass(frozen=True)
class Card:
    """What is known of a file. outcome is one of OUTCOMES, or UNJUDGED where no card holds for these very bytes."""

    outcome: str
    why: tuple = ()
    base: str = ""
    suite: str = ""
    judged: str = ""
    strength: float = None
    strengths: tuple = None
    triggers: tuple = ()
    failed: tuple = field(default=())

    def text(self):
        lines = [self.outcome]
        lines += ["  " + reason for reason in self.why]
        if self.outcome != UNJUDGED:
            lines.append(f"on {self.base}, suite {self.suite}, {self.judged[:10]}")
            if self.failed:
                lines.append("not passed: " + ", ".join(self.failed))
            if self.strength is not None:
                low, high = self.strengths or (self.strength, self.strength)
                passed = f"{low:g} to {high:g}" if low != high else f"{low:g}"
                lines.append("strength that passed: " + passed)
            if self.triggers:
                lines.append("trigger words: " + ", ".join(self.triggers))
        return "\n".join(lines)


def card_of(model):
    """The card of a model file, by its path. Never raises for what a card holds: a card that cannot be read is none."""
    place = os.path.splitext(model)[0] + ".assay.json"
    try:
        if os.path.getsize(place) > MOST_BYTES:
            return Card(UNJUDGED, (f"{os.path.basename(place)} is too large to be a card",))
        with open(place, encoding="utf-8") as file:
            data = json.load(file)
    except FileNotFoundError:
        return Card(UNJUDGED, ("there is no card: assay judge FILE --card beside",))
    except (OSError, ValueError, RecursionError) as trouble:
        return Card(UNJUDGED, (f"{os.path.basename(place)} cannot be read: {_line(trouble)}",))
    if not isinstance(data, dict) or data.get("schema") != SCHEMA or data.get("outcome") not in OUTCOMES:
        return Card(UNJUDGED, (f"{os.path.basename(place)} is no card of Assay ({SCHEMA})",))
    try:
        listed = _hashes(data)
        actual = _sha256(model, os.path.getsize(model), os.stat(model).st_mtime_ns)
    except OSError as trouble:
        return Card(UNJUDGED, (f"the file cannot be read: {_line(trouble)}",))
    if actual not in listed:
        return Card(UNJUDGED, ("its card is of other bytes: the file changed, or was replaced, after it was judged",))
    return _card(data)


def _hashes(data):
    files = _of(_of(data, "model", dict), "files", list)
    return {f.get("sha256") for f in files if isinstance(f, dict)}


def _card(data):
    suite = _of(data, "suite", dict)
    recommended = _of(data, "recommended", dict)
    strength = _number(recommended.get("strength"))
    low, high = _number(recommended.get("strengthMin")), _number(recommended.get("strengthMax"))
    hard = [v for v in _of(data, "verdicts", list) if isinstance(v, dict) and not v.get("soft")]
    return Card(
        outcome=data["outcome"],
        why=tuple(_line(r) for r in _of(data, "reasons", list)[:5]),
        base=_line(_of(data, "base", dict).get("name", "?")),
        suite=f"{_line(suite.get('name', '?'))} {_line(suite.get('version', ''))}".strip(),
        judged=_line(data.get("judged", "")),
        strength=strength,
        strengths=(low, high) if low is not None and high is not None else None,
        triggers=tuple(_line(t) for t in _of(recommended, "triggerWords", list)[:50] if isinstance(t, str)),
        failed=tuple(f"{_line(v.get('family'))}/{_line(v.get('id'))}" for v in hard if v.get("outcome") != "PASSED"),
    )


def _of(data, key, kind):
    value = data.get(key)
    return value if isinstance(value, kind) else kind()


def _number(value):
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _line(value):
    """One line of plain text: no control characters reach a terminal or a page."""
    text = " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
    return text if len(text) <= MOST_TEXT else text[:MOST_TEXT] + "..."


@functools.lru_cache(maxsize=1024)
def _sha256(model, size, changed):  # size and time are there for the cache
    digest = hashlib.sha256()
    with open(model, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(os.path.basename(name) + ": " + card_of(name).text())
