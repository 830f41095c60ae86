"""What SciPy and NumPy say of samples given as JSON."""

import json
import sys

import numpy as np
from scipy import stats


def iqm(x, axis=-1):
    return stats.trim_mean(x, 0.25, axis=axis)


def interval(samples, statistic):
    found = stats.bootstrap(
        samples,
        statistic,
        n_resamples=20000,
        method="percentile",
        vectorized=True,
        rng=np.random.default_rng(1),
    ).confidence_interval
    return [found.low, found.high]


given = json.load(sys.stdin)
a, b = np.array(given["a"]), np.array(given["b"])
json.dump(
    {
        "means": [iqm(np.array(given["a"][:n])) for n in range(3, len(a) + 1)],
        "quantiles": [float(np.quantile(a, q)) for q in given["q"]],
        "one": interval((a,), iqm),
        "ratio": interval((a, b), lambda x, y, axis: iqm(x, axis) / iqm(y, axis)),
    },
    sys.stdout,
)
