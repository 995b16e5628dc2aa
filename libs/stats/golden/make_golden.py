"""Writes golden.json: numbers by SciPy, scikit-learn and Evidently that libs/stats must reproduce to 1e-9.

    python -m venv env && env/bin/pip install scipy==1.17.1 scikit-learn==1.9.1 evidently==0.7.23 "pandas<3"
    env/bin/python libs/stats/golden/make_golden.py

Samples above a few dozen rows are not stored: both sides make them from (n, seed, shape) with the same 32-bit generator and
arithmetic that rounds alike in Python and JavaScript (no transcendental functions).
"""

import json
import math
import pathlib
import warnings

import numpy as np
import pandas as pd
from evidently.legacy.calculations.stattests.chisquare_stattest import _chi_stat_test
from evidently.legacy.calculations.stattests.psi import _psi
from evidently.legacy.core import ColumnType
from scipy import special, stats
from sklearn import metrics

warnings.simplefilter("ignore")


def uniforms(n, seed):
    """mulberry32"""
    state, mask, out = seed, 0xFFFFFFFF, []
    for _ in range(n):
        state = (state + 0x6D2B79F5) & mask
        t = state
        t = ((t ^ (t >> 15)) * (t | 1)) & mask
        t ^= (t + (((t ^ (t >> 7)) * (t | 61)) & mask)) & mask
        out.append((t ^ (t >> 14)) / 4294967296)
    return out


def sample(spec):
    if isinstance(spec, list):
        return [float("nan") if v is None else float(v) if not isinstance(v, str) else float(v.replace("Infinity", "inf")) for v in spec]
    values = uniforms(spec["n"], spec["seed"])
    shape = spec.get("shape", "uniform")
    if shape == "bell":
        values = [sum(values[i * 4 : i * 4 + 4]) - 2 for i in range(len(values) // 4)]
    elif shape == "skewed":
        values = [v * v * v * 100 for v in values]
    elif shape == "integers":
        values = [float(math.floor(v * spec["levels"])) for v in values]
    return [v * spec.get("scale", 1) + spec.get("shift", 0) for v in values]


def clean(values):
    return pd.Series(values, dtype="float64").replace([-np.inf, np.inf], np.nan).dropna()


def number(value):
    value = float(value)
    return value if math.isfinite(value) else str(value).replace("inf", "Infinity").replace("nan", "NaN")


BELL = lambda n, seed, **more: {"n": n * 4, "seed": seed, "shape": "bell", **more}
SKEW = lambda n, seed, **more: {"n": n, "seed": seed, "shape": "skewed", **more}
INTS = lambda n, seed, levels, **more: {"n": n, "seed": seed, "shape": "integers", "levels": levels, **more}

NUMERIC = {
    "two small samples": ([1, 2, 3], [2, 3, 4, 5]),
    "one row each": ([1], [2]),
    "one row each, equal": ([1], [1]),
    "one row against many": ([5], list(range(30))),
    "equal samples": ([3, 1, 2], [1, 2, 3]),
    "both constant and equal": ([7] * 12, [7] * 5),
    "both constant and different": ([7] * 12, [8] * 5),
    "constant reference": ([0.1] * 40, [i / 10 for i in range(40)]),
    "zeros with both signs": ([0, -0.0, 0, 1], [-0.0, 0, 1, 1]),
    "disjoint samples": (list(range(30)), list(range(100, 140))),
    "ties across sides": ([1, 1, 2, 2, 2, 3], [1, 2, 2, 3, 3, 3, 3, 4]),
    "missing and infinite values drop from each side": ([1, None, 2, 3, "Infinity"], ["-Infinity", 2, None, 5, 6, None]),
    "twenty values count as categories": (list(range(20)) * 3, list(range(5, 25))),
    "twenty-one values are binned": (list(range(21)) * 3, list(range(5, 25))),
    "values on bin edges": ([i / 8 for i in range(64)], [i / 8 for i in range(16, 80)]),
    "tiny range far from zero": ([1e9 + i / 1024 for i in range(50)], [1e9 + i / 512 for i in range(50)]),
    "a small shift": (BELL(300, 1), BELL(400, 2, shift=0.05)),
    "no shift": (BELL(500, 3), BELL(500, 4)),
    "a large shift": (BELL(800, 5), BELL(200, 6, shift=0.5)),
    "equal sizes, large shift": (BELL(1000, 7), BELL(1000, 8, shift=1)),
    "skewed": (SKEW(997, 9), SKEW(1013, 10, scale=1.1)),
    "counts": (INTS(600, 11, 40), INTS(500, 12, 42)),
    "flags": (INTS(700, 13, 2), INTS(300, 14, 2)),
    "few levels": (INTS(700, 15, 6), INTS(300, 16, 6)),
    "a level missing in the reference": (INTS(700, 17, 6), INTS(300, 18, 7)),
    "rare level": ([0.0] * 20001 + [1.0], [0.0] * 500),
    "at the exact limit": (BELL(10000, 19), BELL(10000, 20, shift=0.01)),
    "at the exact limit, unequal": (BELL(10000, 21), BELL(3000, 22, shift=0.01)),
    "just above the exact limit": (BELL(10001, 23), BELL(10000, 24, shift=0.01)),
    "large against tiny": (BELL(12000, 25), BELL(7, 26)),
    "large against one": (BELL(12000, 25), [0.2]),
    "large against one far off": (BELL(12000, 25), [5]),
    "large against medium, no shift": (BELL(20000, 27), BELL(300, 28)),
    "large, no shift": (BELL(60000, 29), BELL(50000, 30)),
    "large, hardly any distance": (INTS(20000, 31, 1000), INTS(20000, 31, 1000)),
    "large, small shift": (BELL(100000, 32), BELL(100000, 33, shift=0.005)),
    "large, far apart": (BELL(30000, 34), BELL(30000, 35, shift=0.3)),
    "skewed and large": (SKEW(100000, 36), SKEW(40000, 37, scale=1.01)),
}

CATEGORICAL = {
    "equal shares": (["a", "b"] * 10, ["a", "b"] * 7),
    "shifted shares": (["a"] * 50 + ["b"] * 30 + ["c"] * 20, ["a"] * 20 + ["b"] * 20 + ["c"] * 20),
    "a category new in current": (["a"] * 50 + ["b"] * 50, ["a"] * 50 + ["b"] * 49 + ["c"]),
    "a category gone in current": (["a"] * 50 + ["b"] * 50 + ["c"] * 3, ["a"] * 50 + ["b"] * 50),
    "missing values drop": (["a", None, "b", "b"], ["a", "b", None, None]),
    "one category": (["a"] * 5, ["a"] * 9),
    "disjoint": (["a"] * 5, ["b"] * 9),
    "strongly different": (["a"] * 900 + ["b"] * 100, ["a"] * 100 + ["b"] * 900),
}


def numeric_case(name, reference_spec, current_spec):
    reference, current = clean(sample(reference_spec)), clean(sample(current_spec))
    ks = stats.ks_2samp(reference, current)
    case = {
        "name": name,
        "reference": reference_spec,
        "current": current_spec,
        "psi": number(_psi(reference, current, ColumnType.Numerical, 0.1)[0]),
        "ksStatistic": number(ks.statistic),
        "ksPValue": number(ks.pvalue),
    }
    if reference.nunique() <= 20:
        case["chiSquarePValue"] = number(_chi_stat_test(reference, current, ColumnType.Categorical, 0.05)[0])
    else:
        edges = np.histogram_bin_edges(np.concatenate([reference, current]), bins="sturges")
        counts = np.array([np.histogram(side, bins=edges)[0] for side in (reference, current)])
        contingency = stats.chi2_contingency(counts[:, counts.sum(axis=0) > 0], correction=False)
        case["chiSquareStatistic"] = number(contingency.statistic)
        case["chiSquarePValue"] = number(contingency.pvalue)
    return case


def categorical_case(name, reference, current):
    left, right = pd.Series(reference, dtype=object).dropna(), pd.Series(current, dtype=object).dropna()
    return {
        "name": name,
        "reference": reference,
        "current": current,
        "psi": number(_psi(left, right, ColumnType.Categorical, 0.1)[0]),
        "chiSquarePValue": number(_chi_stat_test(left, right, ColumnType.Categorical, 0.05)[0]),
    }


def quality_case(name, scores, labels):
    score, label = np.array(sample(scores)), np.array(sample(labels))
    predicted = (score >= 0.5).astype(int)
    both = len(set(label)) == 2
    return {
        "name": name,
        "scores": scores,
        "labels": labels,
        "accuracy": number(metrics.accuracy_score(label, predicted)),
        "precision": number(metrics.precision_score(label, predicted)) if predicted.any() else None,
        "recall": number(metrics.recall_score(label, predicted)) if label.any() else None,
        "f1": number(metrics.f1_score(label, predicted)) if predicted.any() or label.any() else None,
        "auc": number(metrics.roc_auc_score(label, score)) if both else None,
        "logLoss": number(metrics.log_loss(label, score, labels=[0, 1])),
    }


QUALITY = {
    "perfect": ([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1]),
    "reversed": ([0.9, 0.8, 0.2, 0.1], [0, 0, 1, 1]),
    "all tied": ([0.5] * 6, [0, 1, 0, 1, 1, 0]),
    "some tied": ([0.1, 0.4, 0.4, 0.4, 0.35, 0.8, 0.8], [0, 0, 1, 1, 0, 1, 0]),
    "one class": ([0.1, 0.7, 0.4], [0, 0, 0]),
    "only positives": ([0.1, 0.7, 0.4], [1, 1, 1]),
    "certain and wrong": ([0, 1, 1, 0], [1, 0, 1, 0]),
    "many rows with ties": (INTS(5000, 41, 50, scale=0.02), INTS(5000, 42, 2)),
    "many rows": ({"n": 20000, "seed": 43}, INTS(20000, 44, 2)),
}


def kolmogorov_cases():
    cases = []
    for n in [1, 2, 3, 5, 10, 37, 100, 139, 140, 141, 500, 1000, 5000, 33333, 50000, 100000, 100001, 400000]:
        xs = {0.0, 0.3 / n, 0.5 / n, 0.7 / n, 1.0 / n, 1.3 / n, 1 - 1.5 / n, 1 - 0.5 / n, 0.5, 0.6, 0.9, 1.0}
        for z in [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.86, 0.87, 1.0, 1.2, 1.36, 1.48, 1.49, 1.7, 1.99, 2.01, 3.0, 4.2, 4.3, 6.0, 12.0]:
            xs.add(z / math.sqrt(n))
        for factor in [0.999, 1.001]:
            xs.add(factor * (1.4 / n) ** (2 / 3))
        cases.extend([n, x, number(stats.kstwo.sf(x, n))] for x in sorted(xs) if 0 <= x <= 1)
    return cases


def gamma_cases():
    cases = []
    for df in [1, 2, 3, 4, 5, 9, 19, 20, 30, 31, 50, 101, 1000, 10001]:
        for factor in [0, 0.01, 0.3, 0.7, 0.95, 1, 1.05, 1.2, 1.5, 2, 3, 8, 30, 100]:
            cases.append([df, df * factor, number(special.chdtrc(df, df * factor))])
    return cases


golden = {
    "madeWith": {"scipy": "1.17.1", "scikit-learn": "1.9.1", "evidently": "0.7.23"},
    "numeric": [numeric_case(name, *specs) for name, specs in NUMERIC.items()],
    "categorical": [categorical_case(name, *sides) for name, sides in CATEGORICAL.items()],
    "quality": [quality_case(name, *sides) for name, sides in QUALITY.items()],
    "kolmogorovSurvival": kolmogorov_cases(),
    "chiSquareSurvival": gamma_cases(),
}
text = "{\n" + ",\n".join(
    f"  {json.dumps(key)}: "
    + ("[\n" + ",\n".join("    " + json.dumps(row) for row in value) + "\n  ]" if isinstance(value, list) else json.dumps(value))
    for key, value in golden.items()
) + "\n}\n"
pathlib.Path(__file__).with_name("golden.json").write_text(text)
