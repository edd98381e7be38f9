"""Golden values of the interval for a ratio of two means over prompts: leak = effect without the trigger / effect with it.

The interval is found by inverting a test: all ratios r for which scipy's one-sample t test does not reject that the mean of
(numerator - r * denominator) is 0, the ends by root finding. For clusters of equal size the test is of their means; else of the sum over
clusters with the sandwich variance. Fieller's closed form, which the product uses, is not used here. `coverage` counts how often the
interval holds the true ratio.

Run: python golden_ratio.py > ../resources/golden/ratio.json
numpy 2.x, scipy 1.x: see "source" in the output.
"""

import json

import numpy as np
import scipy
from scipy import optimize, stats

CONFIDENCE = 0.90


def excess(r, groups):
    """|t| beyond its critical value: below 0 where r is not rejected."""
    d = [np.array([x - r * y for x, y in g]) for g in groups]
    c = len(d)
    if len({len(g) for g in d}) == 1:
        t = stats.ttest_1samp([g.mean() for g in d], 0).statistic
    else:
        values = np.concatenate(d)
        sums = np.array([(g - values.mean()).sum() for g in d])
        t = values.mean() / (np.sqrt(c / (c - 1) * (sums ** 2).sum()) / len(values))
    return abs(t) - stats.t.ppf((1 + CONFIDENCE) / 2, c - 1)


def interval(groups):
    values = np.concatenate([np.asarray(g, float) for g in groups])
    ratio = values[:, 0].mean() / values[:, 1].mean()
    if excess_of_denominator(groups) <= 0:
        return ratio, None, None  # the denominator may be 0: no bounded interval
    step = max(abs(ratio), 1e-3)
    low, high = ratio - step, ratio + step
    while excess(low, groups) < 0:
        low -= step
    while excess(high, groups) < 0:
        high += step
    return (ratio, optimize.brentq(excess, low, ratio, (groups,), xtol=1e-13),
            optimize.brentq(excess, ratio, high, (groups,), xtol=1e-13))


def excess_of_denominator(groups):
    return excess(0, [[(y, 0) for _, y in g] for g in groups])


def case(name, groups):
    groups = [[[float(x), float(y)] for x, y in g] for g in groups]
    ratio, lower, upper = interval(groups)
    return dict(name=name, groups=groups, ratio=float(ratio), lower=lower, upper=upper)


def suite(rng, prompts, seeds, leak):
    """Effects as they are seen: above 0, skewed, alike within a prompt."""
    prompt = np.exp(rng.normal(3, .4, (prompts, 1)))
    on = prompt * np.exp(rng.normal(0, .3, (prompts, seeds)))
    off = leak * prompt * np.exp(rng.normal(0, .5, (prompts, 1))) * np.exp(rng.normal(0, .3, (prompts, seeds)))
    true = leak * np.exp(.5 ** 2 / 2)  # of means: E[off] / E[on]
    return np.stack([off, on], -1), true


def coverage(rng, prompts, leak, runs=2000):
    held = 0
    for _ in range(runs):
        groups, true = suite(rng, prompts, 4, leak)
        held += excess(true, groups) <= 0
    return dict(prompts=prompts, leak=leak, runs=runs, held=held / runs)


def main():
    rng = np.random.default_rng(12)
    cases = [
        case("42 prompts of 4 seeds, a tenth leaks", suite(rng, 42, 4, .1)[0]),
        case("6 prompts of 2 seeds, all of it leaks", suite(rng, 6, 2, 1)[0]),
        case("unequal clusters", [suite(rng, 1, n, .3)[0][0] for n in (1, 4, 2, 5, 3, 4)]),
        case("no effect at all", rng.normal(0, 1, (6, 3, 2))),
    ]
    print(json.dumps(dict(
        source=f"golden_ratio.py: scipy {scipy.__version__} (ttest_1samp, t.ppf, optimize.brentq), numpy {np.__version__}",
        confidence=CONFIDENCE, cases=cases,
        coverage=[coverage(rng, n, leak) for n in (12, 42) for leak in (.1, 1.)])))


main()
