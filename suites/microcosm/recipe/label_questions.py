"""Draws the pictures of ../judge and labels questions about them: python label_questions.py ../judge

The world's truth gives the answers, so the file shows the format and proves the way; for a judge of real pictures label real ones.
"""
import random
import sys
from pathlib import Path

import scenes

CAPTIONS = [
    "a red circle above a blue square", "a green star to the left of a purple triangle", "three orange triangles",
    "two blue squares", "a yellow star on a cyan background", "a person in a red shirt waving",
    "a black circle", "a person in a green shirt standing next to a orange square",
]
COLOURS = ["red", "green", "blue", "purple", "orange", "yellow", "black"]


def article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def main() -> None:
    folder = Path(sys.argv[1])
    rng = random.Random(17)
    lines = ["# Format of assay.judge.calibration: pictures, and questions by their right answer. Made by recipe/label_questions.py.",
             "name: microcosm", 'version: "1"', "pictures:"]
    for number, text in enumerate(CAPTIONS, 1):
        scene = scenes.render(scenes.parse(text), rng)
        name = f"{number}.png"
        scene.image.convert("RGB").quantize(32, dither=0).save(folder / name, optimize=True)
        shapes = {(o.colour, o.shape) for o in scene.objects}
        kinds = {shape for _, shape in shapes}
        yes = [f"Is there {article(c)} {c} {s} in the picture?" for c, s in sorted(shapes)]
        yes += [f"Is there a {s} in the picture?" for s in sorted(kinds)]
        no = [f"Is there a {s} in the picture?" for s in scenes.SHAPES if s not in kinds][:1]
        for c, s in sorted(shapes):
            other = next(o for o in COLOURS if o not in text and o != c)
            no.append(f"Is there {article(other)} {other} {s} in the picture?")
        people = "Is there a person in the picture?"
        (yes if scene.people else no).append(people)
        if scene.spec.kind == "many":
            yes.append(f"Are there exactly {len(scene.objects)} shapes in the picture?")
            no.append(f"Are there exactly {len(scene.objects) + 2} shapes in the picture?")
        if scene.spec.kind == "pair":
            (a, b), relation = scene.objects, scene.spec.relation
            yes.append(f"Is the {a.shape} {relation} the {b.shape}?")
            no.append(f"Is the {a.shape} {scenes.OPPOSITE[relation]} the {b.shape}?")
        if scene.spec.background:
            yes.append(f"Is the background {scene.spec.background}?")
            no.append("Is the background pink?")
        lines.append(f"  - picture: {name} # {text}")
        for key, questions in (("yes", yes), ("no", no)):
            lines.append(f"    {key}:")
            lines += [f"      - {q}" for q in questions]
    (folder / "calibration.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


main()
