"""The microcosm: a small procedural world of captioned 64x64 scenes with known truth.

A scene is one shape, two shapes in a relation, two or three equal shapes, or a
simple figure in a coloured shirt (alone or next to a shape), on a plain ground
that the caption may name.

    spec = random_spec(rng)                 what to draw, without the chance of drawing it
    spec = parse("a red circle above a blue square")
    scene = render(spec, rng)               the picture and the truth about it
    scene = random_scene(rng, arms=3)       both at once, here with a planted defect

`rng` is a `random.Random` or the module `random`; the same seed gives the same
scene. Boxes are (left, top, right, bottom) in pixels of the 64x64 picture,
clipped to it.

`python scenes.py sheet.png [SEED]` writes a contact sheet.
"""

from __future__ import annotations

import math
import random
from dataclasses import asdict, dataclass, field
from typing import Any, Sequence

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]
Point = tuple[float, float]
Choice = int | Sequence[int]

SIZE = 64
SUPERSAMPLING = 4

COLOURS: dict[str, Colour] = {
    "red": (215, 45, 45), "green": (45, 160, 65), "blue": (45, 85, 215), "yellow": (240, 205, 50),
    "purple": (145, 65, 180), "orange": (240, 135, 35), "black": (25, 25, 30), "white": (250, 250, 250),
}
SHAPES = ["circle", "square", "triangle", "star"]
RELATIONS = ["to the left of", "to the right of", "above", "below"]
OPPOSITE = {"to the left of": "to the right of", "to the right of": "to the left of",
            "above": "below", "below": "above"}
BACKGROUNDS: dict[str, Colour] = {"grey": (150, 152, 156), "cyan": (150, 215, 225),
                                  "pink": (245, 190, 205), "beige": (228, 214, 180)}
POSES = ["standing", "waving", "arms up"]
COUNTS = {2: "two", 3: "three"}

UNNAMED_GROUND: Colour = (232, 232, 236)
SKINS: list[Colour] = [(250, 215, 185), (225, 175, 135), (180, 125, 85), (115, 75, 50)]
TROUSERS: list[Colour] = [(60, 60, 90), (80, 60, 50), (40, 45, 50)]
SHOE: Colour = (40, 30, 30)
OUTLINE: Colour = (16, 14, 20)

ARM_ANGLES = {"standing": [.72, .28], "waving": [.72, -.3], "arms up": [-.7, -.3]}  # times pi
EXTRA_ARM_ANGLES = [.02, -.15, 1.1]  # times pi and a random sign


@dataclass(frozen=True)
class Spec:
    """What a scene shows.

    kind is "single", "pair", "many", "figure" or "people". `colours` holds the
    colours of the shirts first, then those of the shapes. `arms` and `legs` other
    than 2 plant an anatomy defect; `hands` and `feet` say whether limbs end in one.
    """

    kind: str
    colours: tuple[str, ...]
    shapes: tuple[str, ...] = ()
    relation: str | None = None
    count: int = 1
    poses: tuple[str, ...] = ()
    background: str | None = None
    arms: int = 2
    legs: int = 2
    hands: bool = True
    feet: bool = True
    outline: bool = False


@dataclass
class Shape:
    shape: str
    colour: str
    box: Box


@dataclass
class Person:
    shirt: str
    pose: str
    arms: int
    legs: int
    box: Box
    hands: list[Box] = field(default_factory=list)
    feet: list[Box] = field(default_factory=list)
    head: Point = (0., 0.)
    arm_lines: list[tuple[Point, Point]] = field(default_factory=list)  # shoulder to hand; not clipped
    leg_lines: list[tuple[Point, Point]] = field(default_factory=list)  # hip to foot; not clipped


@dataclass
class Scene:
    caption: str
    image: Image.Image
    spec: Spec
    objects: list[Shape]
    people: list[Person]

    def truth(self) -> dict[str, Any]:
        """The truth about the picture as plain data, ready for JSON."""
        return {"caption": self.caption, "background": self.spec.background, "outline": self.spec.outline,
                "objects": [asdict(o) for o in self.objects], "people": [asdict(p) for p in self.people],
                "hands": [b for p in self.people for b in p.hands],
                "feet": [b for p in self.people for b in p.feet]}


# ---------------------------------------------------------------- captions

def caption(spec: Spec) -> str:
    """The caption of a spec. Defects and outlines are never named."""
    c, s = spec.colours, spec.shapes
    if spec.kind == "single":
        text = f"a {c[0]} {s[0]}"
    elif spec.kind == "pair":
        text = f"a {c[0]} {s[0]} {spec.relation} a {c[1]} {s[1]}"
    elif spec.kind == "many":
        text = f"{COUNTS[spec.count]} {c[0]} {s[0]}s"
    else:
        text = " next to ".join(f"a person in a {shirt} shirt {pose}" for shirt, pose in zip(c, spec.poses))
        if s:
            text += f" next to a {c[len(spec.poses)]} {s[0]}"
    return text + (f" on a {spec.background} background" if spec.background else "")


def parse(text: str) -> Spec:
    """The spec of a caption of this world; ValueError for any other text."""
    body, background = text, None
    for name in BACKGROUNDS:
        if text.endswith(f" on a {name} background"):
            body, background = text[:-len(f" on a {name} background")], name
    words = body.split()
    colours = tuple(w for w in words if w in COLOURS)
    shapes = tuple(w if w in SHAPES else w[:-1] for w in words if w in SHAPES or w[:-1] in SHAPES)
    people = body.count("a person in a ")
    relation = next((r for r in RELATIONS if f" {r} " in body), None)
    if people:
        poses = tuple(p for part in body.split("a person in a ")[1:] for p in POSES if f" shirt {p}" in part)
        spec = Spec("figure" if people == 1 else "people", colours, shapes, poses=poses, background=background)
    elif relation:
        spec = Spec("pair", colours, shapes, relation, background=background)
    elif words and words[0] in COUNTS.values():
        count = next(n for n, w in COUNTS.items() if w == words[0])
        spec = Spec("many", colours, shapes, count=count, background=background)
    else:
        spec = Spec("single", colours, shapes, background=background)
    try:
        same = caption(spec) == text
    except IndexError:
        same = False
    if not same:
        raise ValueError(f"not a caption of this world: {text!r}")
    return spec


# ---------------------------------------------------------------- what to draw

def _pick(rng: Any, choice: Choice) -> int:
    return choice if isinstance(choice, int) else rng.choice(list(choice))


def random_spec(rng: Any = random, *, kind: str | None = None, arms: Choice = 2, legs: Choice = 2,
                hands: bool = True, feet: bool = True, outline: bool = False) -> Spec:
    """A random spec. `arms` and `legs` are numbers, or lists to choose from.

    Without `kind`: 45 % pairs, 20 % single shapes, 10 % counts, 25 % figures.
    "people", two figures side by side, is drawn only when asked for.
    """
    names = list(COLOURS)
    background = rng.choice(list(BACKGROUNDS)) if rng.random() < .4 else None
    if kind is None:
        kind = rng.choices(["pair", "single", "many", "figure"], [.45, .2, .1, .25])[0]
    if kind == "pair":
        return Spec(kind, tuple(rng.sample(names, 2)), (rng.choice(SHAPES), rng.choice(SHAPES)),
                    rng.choice(RELATIONS), background=background, outline=outline)
    if kind == "single":
        return Spec(kind, (rng.choice(names),), (rng.choice(SHAPES),), background=background, outline=outline)
    if kind == "many":
        return Spec(kind, (rng.choice(names),), (rng.choice(SHAPES),), count=rng.choice([2, 3]),
                    background=background, outline=outline)
    body = dict(background=background, arms=_pick(rng, arms), legs=_pick(rng, legs), hands=hands, feet=feet,
                outline=outline)
    if kind == "people":
        return Spec(kind, tuple(rng.sample(names, 2)), poses=(rng.choice(POSES), rng.choice(POSES)), **body)
    if kind != "figure":
        raise ValueError(f"no such kind of scene: {kind!r}")
    beside = rng.random() < .35
    return Spec(kind, tuple(rng.sample(names, 2 if beside else 1)), (rng.choice(SHAPES),) if beside else (),
                poses=(rng.choice(POSES),), **body)


def random_scene(rng: Any = random, **options: Any) -> Scene:
    """A random scene; the options are those of `random_spec`."""
    return render(random_spec(rng, **options), rng)


# ---------------------------------------------------------------- drawing

def jitter(rng: Any, colour: Colour, amount: int = 12) -> Colour:
    return tuple(max(0, min(255, v + rng.randint(-amount, amount))) for v in colour)


def _clip(box: Box) -> Box:
    return tuple(round(max(0., min(float(SIZE), v)), 2) for v in box)


def _union(boxes: Sequence[Box]) -> Box:
    return (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))


class Pen:
    """Draws primitives in picture coordinates and returns their boxes.

    With an outline of width w every primitive gets a dark border, two thirds of
    it outside, so that the coloured area hardly shrinks.
    """

    def __init__(self, ground: Colour, outline: float = 0.) -> None:
        self.canvas = Image.new("RGB", (SIZE * SUPERSAMPLING,) * 2, ground)
        self.draw = ImageDraw.Draw(self.canvas)
        self.outer, self.inner = outline * 2 / 3, outline / 3

    def picture(self) -> Image.Image:
        return self.canvas.resize((SIZE, SIZE), Image.LANCZOS)

    @staticmethod
    def _scaled(values: Sequence[float]) -> list[float]:
        return [v * SUPERSAMPLING for v in values]

    def _rings(self, colour: Colour) -> list[tuple[float, Colour]]:
        """What to draw, from below: how much to grow the primitive, and its colour."""
        return [(self.outer, OUTLINE), (-self.inner, colour)] if self.outer else [(0., colour)]

    def disc(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> Box:
        for grow, c in self._rings(colour):
            self.draw.ellipse(self._scaled((x - rx - grow, y - ry - grow, x + rx + grow, y + ry + grow)), fill=c)
        return (x - rx, y - ry, x + rx, y + ry)

    def block(self, box: Box, radius: float, colour: Colour) -> Box:
        for grow, c in self._rings(colour):
            left, top, right, bottom = box
            grown = self._scaled((left - grow, top - grow, right + grow, bottom + grow))
            self.draw.rounded_rectangle(grown, radius=int(max(0., radius + grow * (radius > 0)) * SUPERSAMPLING),
                                        fill=c)
        return box

    def polygon(self, points: Sequence[Point], colour: Colour) -> Box:
        corners = [(x * SUPERSAMPLING, y * SUPERSAMPLING) for x, y in points]
        if self.outer:
            width = round((self.outer * 1.6) * SUPERSAMPLING)
            self.draw.line(corners + corners[:2], fill=OUTLINE, width=width, joint="curve")
            self.draw.polygon(corners, fill=colour)
            self.draw.line(corners + corners[:2], fill=OUTLINE, width=round(width * .6), joint="curve")
        else:
            self.draw.polygon(corners, fill=colour)
        return _union([(x, y, x, y) for x, y in points])

    def stick(self, start: Point, end: Point, width: float, colour: Colour) -> Box:
        """A limb: a straight stroke, round at its start."""
        for grow, c in self._rings(colour):
            half = width / 2 + grow
            self.draw.line(self._scaled((*start, *end)), fill=c, width=int(2 * half * SUPERSAMPLING))
            for x, y in ([start, end] if self.outer else [start]):
                self.draw.ellipse(self._scaled((x - half, y - half, x + half, y + half)), fill=c)
        half = width / 2
        return _union([(x - half, y - half, x + half, y + half) for x, y in (start, end)])


def draw_shape(pen: Pen, name: str, colour: Colour, x: float, y: float, r: float) -> Box:
    if name == "circle":
        return pen.disc(x, y, r, r, colour)
    if name == "square":
        return pen.block((x - r * .87, y - r * .87, x + r * .87, y + r * .87), 0., colour)
    if name == "triangle":
        return pen.polygon([(x, y - r), (x - r, y + r * .8), (x + r, y + r * .8)], colour)
    radii = [r if k % 2 == 0 else r * .42 for k in range(10)]
    return pen.polygon([(x + q * math.sin(k * math.pi / 5), y - q * math.cos(k * math.pi / 5))
                        for k, q in enumerate(radii)], colour)


def _leg_angles(rng: Any, legs: int) -> list[float]:
    if legs == 1:
        return [math.pi * rng.choice([.38, .5, .62])]
    if legs == 2:
        return [math.pi * .38, math.pi * .62]
    return [math.pi * (.3 + .4 * i / (legs - 1)) for i in range(legs)]


def _arm_angles(rng: Any, pose: str, arms: int) -> list[float]:
    usual = [math.pi * a for a in ARM_ANGLES[pose]]
    if arms < 2:
        return rng.sample(usual, arms)
    return usual + [math.pi * rng.choice(EXTRA_ARM_ANGLES) * rng.choice([1, -1]) for _ in range(arms - 2)]


def draw_person(pen: Pen, rng: Any, spec: Spec, shirt: str, pose: str, x: float, y: float, height: float) -> Person:
    """Draws a figure with its waist near (x, y)."""
    unit = height / 10
    cloth, skin = jitter(rng, COLOURS[shirt]), jitter(rng, rng.choice(SKINS), 6)
    trousers = jitter(rng, rng.choice(TROUSERS), 8)
    parts: list[Box] = []
    lines: list[tuple[Point, Point]] = []

    def limb(start: Point, angle: float, length: float, width: float, colour: Colour, tip: Colour | None,
             radius: float) -> Box | None:
        end = (start[0] + length * math.cos(angle), start[1] + length * math.sin(angle))
        parts.append(pen.stick(start, end, width, colour))
        lines.append((start, end))
        if tip is None:
            return None
        parts.append(pen.disc(*end, radius, radius, tip))
        return parts[-1]

    feet = [limb((x, y + 1.6 * unit), a + rng.uniform(-.06, .06), 3.4 * unit, 1.25 * unit, trousers,
                 SHOE if spec.feet else None, .85 * unit) for a in _leg_angles(rng, spec.legs)]
    hands = []
    for a in _arm_angles(rng, pose, spec.arms):
        side = -1 if math.cos(a) < 0 else 1
        hands.append(limb((x + side * 1.15 * unit, y - .9 * unit), a + rng.uniform(-.12, .12), 2.9 * unit, unit,
                          cloth, skin if spec.hands else None, .8 * unit))
    parts.append(pen.block((x - 1.35 * unit, y - 1.5 * unit, x + 1.35 * unit, y + 2 * unit), .7 * unit, cloth))
    parts.append(pen.disc(x, y - 2.9 * unit, 1.25 * unit, 1.3 * unit, skin))
    return Person(shirt, pose, spec.arms, spec.legs, _clip(_union(parts)),
                  [_clip(b) for b in hands if b], [_clip(b) for b in feet if b],
                  (x, y - 2.9 * unit), lines[spec.legs:], lines[:spec.legs])


def _place_pair(rng: Any, relation: str) -> tuple[Point, Point]:
    """Where the first and the second shape of a pair stand."""
    first = (32 + rng.uniform(-9, 9), 17 + rng.uniform(-3, 3))
    second = (32 + rng.uniform(-9, 9), 47 + rng.uniform(-3, 3))
    if relation in ("to the left of", "to the right of"):
        first, second = first[::-1], second[::-1]
    return (second, first) if relation in ("to the right of", "below") else (first, second)


def render(spec: Spec, rng: Any = random) -> Scene:
    """Draws a spec; position, size, skin and the shade of colours are left to `rng`."""
    def off(amount: float) -> float:
        return rng.uniform(-amount, amount)

    ground = jitter(rng, BACKGROUNDS[spec.background], 6) if spec.background else jitter(rng, UNNAMED_GROUND, 14)
    pen = Pen(ground, rng.uniform(1.3, 1.6) if spec.outline else 0.)
    objects: list[Shape] = []
    people: list[Person] = []

    def put(index: int, x: float, y: float, r: float, shade: Colour | None = None) -> None:
        colour = spec.colours[len(spec.poses) + index]
        box = draw_shape(pen, spec.shapes[index], shade or jitter(rng, COLOURS[colour]), x, y, r)
        objects.append(Shape(spec.shapes[index], colour, _clip(box)))

    def stand(index: int, x: float, y: float, height: float) -> None:
        people.append(draw_person(pen, rng, spec, spec.colours[index], spec.poses[index], x, y, height))

    if spec.kind == "pair":
        for i, (x, y) in enumerate(_place_pair(rng, spec.relation)):
            put(i, x, y, rng.uniform(8.5, 12.5))
    elif spec.kind == "single":
        put(0, 32 + off(9), 32 + off(9), rng.uniform(10, 20))
    elif spec.kind == "many":
        places = [(16, 20), (48, 44)] if spec.count == 2 else [(14, 18), (50, 18), (32, 48)]
        if rng.random() < .5:
            places = [(SIZE - x, y) for x, y in places]
        shade = jitter(rng, COLOURS[spec.colours[0]])
        for x, y in places:
            put(0, x + off(4), y + off(4), rng.uniform(8, 11), shade)
    elif spec.kind == "people":
        for i, x in enumerate((16, 48)):
            stand(i, x + off(2), 33 + off(4), rng.uniform(36, 42))
    elif spec.shapes:
        side = rng.choice([-1, 1])
        put(0, 32 + side * 18 + off(2), 44 + off(4), rng.uniform(8, 10))
        stand(0, 32 - side * 12 + off(2), 33 + off(2), rng.uniform(44, 56) * .85)
    else:
        stand(0, 32 + off(6), 33 + off(2), rng.uniform(44, 56))
    return Scene(caption(spec), pen.picture(), spec, objects, people)


def sheet(scenes: Sequence[Scene], columns: int = 8, zoom: int = 2) -> Image.Image:
    """A contact sheet."""
    step = SIZE * zoom + 4
    out = Image.new("RGB", (columns * step, -(-len(scenes) // columns) * step), "white")
    for i, s in enumerate(scenes):
        out.paste(s.image.resize((SIZE * zoom,) * 2, Image.NEAREST), (i % columns * step, i // columns * step))
    return out


def _main() -> None:
    import sys

    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    scenes = [random_scene(rng) for _ in range(32)]
    scenes += [random_scene(rng, kind="figure", arms=[1, 3], legs=[1, 2, 3]) for _ in range(8)]
    scenes += [random_scene(rng, outline=True) for _ in range(16)]
    scenes += [random_scene(rng, kind="people", outline=i > 3) for i in range(8)]
    for s in scenes:
        assert caption(parse(s.caption)) == s.caption
    sheet(scenes).save(sys.argv[1] if len(sys.argv) > 1 else "sheet.png")


if __name__ == "__main__":
    _main()
