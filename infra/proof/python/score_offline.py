"""Scores rows with the ONNX files of the versions that are said to have made them, and compares.

Argument: {"file": a file of JSON lines {"artifactHash", "numbers", "score"}}; answers {"rows", "wrong", "largestDifference"}.
"""

import collections
import json
import os
import sys
import urllib.request

import numpy
import onnxruntime


def session_of(artifact_hash):
    url = f"{os.environ['MILLRACE_GATEWAY_URL']}/api/v1/artifacts/sha256/{artifact_hash}"
    with urllib.request.urlopen(url, timeout=60) as response:
        return onnxruntime.InferenceSession(response.read(), providers=["CPUExecutionProvider"])


def main():
    wanted = json.loads(sys.argv[1])
    by_hash = collections.defaultdict(list)
    with open(wanted["file"]) as lines:
        for line in lines:
            row = json.loads(line)
            by_hash[row["artifactHash"]].append(row)
    rows = wrong = 0
    largest = 0.0
    for artifact_hash, scored in by_hash.items():
        session = session_of(artifact_hash)
        features = numpy.array([row["numbers"] for row in scored], dtype=numpy.float32)
        scores = session.run(None, {session.get_inputs()[0].name: features})[0].ravel()
        for row, score in zip(scored, scores):
            difference = abs(float(score) - row["score"])
            largest = max(largest, difference)
            rows += 1
            wrong += difference > 1e-6 * max(1.0, abs(float(score)))
    print(json.dumps({"rows": rows, "wrong": wrong, "largestDifference": largest}))


main()
