"""Golden values of the verdict's statistics. numpy 2.x, scipy 1.x: see "source" in the output.

Run: python golden_statistics.py > ../resources/golden/statistics.json
"""

import json

import numpy as np
import scipy
from scipy import stats

CONFIDENCE = 0.90


def clustered_se(groups):
    """Miller, arXiv 2411.00640, appendix A, times the finite correction C/(C-1)."""
    values = np.concatenate([np.asarray(g, float) for g in groups])
    centre, c = values.mean(), len(groups)
    return float(np.sqrt(c / (c - 1) * sum(np.sum(np.asarray(g) - centre) ** 2 for g in groups)) / len(values))


def case(name, groups):
    groups = [[float(x) for x in g] for g in groups]
    values = np.concatenate(groups)
    sizes = {len(g) for g in groups}
    if len(sizes) == 1:  # an independent implementation exists: the t interval of the cluster means
        means = np.array([np.mean(g) for g in groups])
        se = float(stats.sem(means))
        lower, upper = stats.t.interval(CONFIDENCE, len(means) - 1, loc=means.mean(), scale=se)
        assert abs(se - clustered_se(groups)) < 1e-12
    else:
        se = clustered_se(groups)
        lower, upper = stats.t.interval(CONFIDENCE, len(groups) - 1, loc=values.mean(), scale=se)
    return dict(name=name, groups=groups, mean=float(values.mean()), standardError=se, lower=float(lower), upper=float(upper))


def main():
    rng = np.random.default_rng(5)
    cases = [
        case("oracle of the formula", [[1, 1, 0, 1], [0, 0, 0, 1], [1, 1, 1, 1]]),
        case("24 prompts of 4 seeds", rng.normal(.3, 1, (24, 1)) + rng.normal(0, .5, (24, 4))),
        case("12 prompts of 1 seed", rng.normal(-2, 3, (12, 1))),
        case("unequal clusters", [rng.normal(rng.normal(0, 1), .3, n) for n in (1, 2, 5, 3, 4, 1, 7)]),
    ]
    a = [125, 115, 130, 140, 140, 115, 140, 125, 140, 135]
    b = [110, 122, 125, 120, 140, 124, 123, 137, 135, 145]
    paired = stats.ttest_rel(a, b)
    d = np.subtract(a, b).astype(float)
    margin = 5.0
    noninferior = stats.ttest_1samp(d, -margin, alternative="greater")
    # The margin at which the one-sided test is exactly at the level of one end of the interval.
    end = float(stats.t.interval(CONFIDENCE, len(d) - 1, loc=d.mean(), scale=stats.sem(d))[0])
    assert abs(stats.ttest_1samp(d, end, alternative="greater").pvalue - (1 - CONFIDENCE) / 2) < 1e-9
    power = [dict(sigma=s, distance=x, needed=float(((stats.norm.ppf(.95) + stats.norm.ppf(.8)) * s / x) ** 2))
             for s, x in ((.03, .01), (.05, .01))]
    print(json.dumps(dict(
        source=f"golden_statistics.py: scipy {scipy.__version__} (sem, t.interval, ttest_rel, ttest_1samp), numpy {np.__version__}",
        confidence=CONFIDENCE, cases=cases, power=power,
        paired=dict(a=a, b=b, t=float(paired.statistic), p=float(paired.pvalue), margin=margin,
                    nonInferiorT=float(noninferior.statistic), nonInferiorP=float(noninferior.pvalue)))))


if __name__ == "__main__":
    main()
