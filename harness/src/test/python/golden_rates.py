"""Golden values of the statistics of rates. See "source" in the output for the versions.

Run: python golden_rates.py > ../resources/golden/rates.json

McNemar and Wilson are those of statsmodels. Tango's interval is found without his closed form: the likelihood is maximised
numerically under the constraint, the score inverted by Brent's method. Rogan-Gladen's derivatives are numerical. The sign-flip
test is enumerated.
"""

import itertools
import json

import numpy as np
import scipy
import statsmodels
from scipy import optimize, stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint


def tango(b, c, n, confidence):
    z = stats.norm.ppf((1 + confidence) / 2)

    def score(delta):
        # p21 = q, p12 = q + delta, the rest n - b - c shares 1 - 2q - delta
        low, high = max(0., -delta), (1 - delta) / 2

        def minus(q):
            terms = [(b, q + delta), (c, q), (n - b - c, 1 - 2 * q - delta)]
            return -sum(k * np.log(max(p, 1e-300)) for k, p in terms if k > 0)

        if b + c == 0:
            q = low
        else:
            q = optimize.minimize_scalar(minus, bounds=(low, high), method="bounded", options=dict(xatol=1e-15)).x
            q = min((low, q, high), key=minus)
        variance = n * (2 * q + delta - delta ** 2)
        return (b - c - n * delta) / np.sqrt(variance)

    estimate, tiny = (b - c) / n, 1e-12
    lower = -1. if c == n else optimize.brentq(lambda d: score(d) - z, -1 + tiny, estimate - tiny, xtol=1e-14)
    upper = 1. if b == n else optimize.brentq(lambda d: score(d) + z, estimate + tiny, 1 - tiny, xtol=1e-14)
    return lower, upper


def sign_flip(balances):
    seen = abs(sum(balances))
    sums = [abs(sum(s * v for s, v in zip(signs, balances))) for signs in itertools.product((1, -1), repeat=len(balances))]
    return float(np.mean([s >= seen for s in sums]))


def variance(k, n):
    p = (k + 1) / (n + 2)
    return p * (1 - p) / (n + 2)


def rogan_gladen(rates, combine, errors, confidence):
    """Estimate, and the standard error that the error rates give, by numerical derivatives."""
    defects, found, sound, alarms = errors
    se, sp = found / defects, 1 - alarms / sound

    def value(a, b):
        return combine([(r + b - 1) / (a + b - 1) for r in rates])

    h = 1e-6
    dse = (value(se + h, sp) - value(se - h, sp)) / (2 * h)
    dsp = (value(se, sp + h) - value(se, sp - h)) / (2 * h)
    z = stats.norm.ppf((1 + confidence) / 2)
    return value(se, sp), z * np.sqrt(dse ** 2 * variance(found, defects) + dsp ** 2 * variance(alarms, sound))


def main():
    out = dict(source=f"golden_rates.py: statsmodels {statsmodels.__version__}, scipy {scipy.__version__}, numpy {np.__version__}")
    out["mcNemar"] = [dict(worse=b, better=c, p=float(mcnemar([[10, b], [c, 10]], exact=True).pvalue))
                      for b, c in ((1, 9), (9, 1), (0, 5), (5, 5), (12, 3), (40, 21), (0, 1))]
    out["wilson"] = [dict(found=k, n=n, confidence=q, ends=[float(v) for v in proportion_confint(k, n, 1 - q, "wilson")])
                     for k, n, q in ((8, 10, .95), (0, 30, .9), (30, 30, .9), (3, 160, .9), (77, 200, .99))]
    out["tango"] = [dict(worse=b, better=c, n=n, confidence=q, ends=list(tango(b, c, n, q)))
                    for b, c, n, q in ((1, 7, 21, .95), (9, 1, 50, .9), (0, 0, 96, .9), (5, 0, 96, .9), (3, 3, 40, .95),
                                       (20, 10, 160, .9), (2.5, .5, 33.3, .9), (12, 0, 12, .95))]
    rng = np.random.default_rng(8)
    balances = [[1, 1, -1], [4, 4, 3, -1, 2], [0, 0, 0], [2, -2, 1, 1, 1, -1, 3, 0], [int(v) for v in rng.integers(-4, 5, 14)]]
    out["signFlip"] = [dict(balances=b, p=sign_flip(b)) for b in balances]
    cases = []
    for base, candidate, ends, errors in ((.05, .15, (.04, .17), (200, 180, 600, 6)), (.1, .1, (-.03, .03), (50, 40, 50, 5)),
                                          (.3, .02, (-.36, -.2), (400, 395, 100, 0))):
        q = .9
        single, single_error = rogan_gladen([candidate], lambda r: r[0], errors, q)
        both, both_error = rogan_gladen([base, candidate], lambda r: r[1] - r[0], errors, q)
        youden = errors[1] / errors[0] - errors[3] / errors[2]
        seen = candidate - base
        wide = [(seen - ends[0]) / youden, (ends[1] - seen) / youden]
        wilson = [float(v) for v in proportion_confint(round(candidate * 200), 200, 1 - q, "wilson")]
        far = [(candidate - wilson[0]) / youden, (wilson[1] - candidate) / youden]
        cases.append(dict(
            seen=seen, ends=ends, rate=candidate, wilson=wilson, calibration=errors, confidence=q,
            difference=[both, both - float(np.hypot(wide[0], both_error)), both + float(np.hypot(wide[1], both_error))],
            single=[single, max(0., single - float(np.hypot(far[0], single_error))),
                    single + float(np.hypot(far[1], single_error))]))
    out["roganGladen"] = cases
    print(json.dumps(out))


if __name__ == "__main__":
    main()
