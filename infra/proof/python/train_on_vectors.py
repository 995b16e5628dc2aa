"""Promotes a model for a feature service. One argument, JSON: {gateway, featureService, model, names, rows}.

What it learns does not matter; that its score depends on most of the features does.
"""

import json
import sys
import time

import numpy
from training import matrix, train_and_promote, training_set

args = json.loads(sys.argv[1])
deadline = time.monotonic() + 120
while True:
    rows = training_set(args["gateway"], featureService=args["featureService"], mode="as-served")
    if len(rows) >= args["rows"]:
        break
    if time.monotonic() > deadline:
        raise SystemExit(f"the training set has {len(rows)} rows, {args['rows']} were expected")
    time.sleep(0.5)
x = matrix(rows, args["names"])
spread = numpy.nanstd(x, axis=0)
weights = numpy.random.default_rng(5).uniform(0.5, 1.5, x.shape[1])
together = numpy.nansum((x - numpy.nanmean(x, axis=0)) / numpy.where(spread > 0, spread, 1) * weights, axis=1)
y = (together > numpy.median(together)).astype(int)
print(json.dumps({"version": train_and_promote(args["gateway"], args["model"], x, y), "rows": len(rows)}))
