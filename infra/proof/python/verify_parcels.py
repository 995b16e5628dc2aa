"""Judges vectors and predictions of parcel scans against a recomputation from the topic that was produced.

One argument, JSON: {gateway, topic, featureService, names, types, endpoint, model, version, folder}; endpoint may be null.
"""

import json
import sys

import numpy
import parcels
from topics import first_by_event_id, own_topic, read_all
from vectors import Recomputation, differences, event_of, named, read_vectors
from windows import same


def verify_predictions(args, vectors, result):
    from offline_model import OfflineModel

    records = [r for r in read_all(own_topic("inference.predictions")) if r[2]["endpoint"] == args["endpoint"]]
    predictions = [value for _, _, value in first_by_event_id(records)]
    model = OfflineModel(args["gateway"], args["model"], args["version"], args["folder"])
    scores = model.scores(numpy.array([vector["numbers"] for vector in vectors]))
    by_place = {(p["sourcePartition"], p["sourceOffset"]): p for p in predictions}
    wrong = []
    for vector, score in zip(vectors, scores):
        prediction = by_place.get((vector["sourcePartition"], vector["sourceOffset"]))
        if prediction is None or prediction["status"] != "ok" or abs(prediction["score"] - score) > 1e-6:
            wrong.append({"scan": vector["sourceEventId"], "score": float(score), "prediction": repr(prediction)[:300]})
        elif not all(same(a, b) for a, b in zip(prediction["numbers"], vector["numbers"])):
            wrong.append({"scan": vector["sourceEventId"], "inputs": "differ"})
    result["predictions"] = len(predictions)
    result["predictionRepeats"] = len(records) - len(predictions)
    result["distinctScores"] = len({prediction["score"] for prediction in predictions})
    result["wrongScores"] = wrong


def main():
    args = json.loads(sys.argv[1])
    events = [event_of(partition, offset, value, "scanned_at") for partition, offset, value in read_all(args["topic"])]
    print(f"{len(events)} scans read, recomputing")
    recomputation = Recomputation([parcels.PARCEL, parcels.DEPOT], events)
    vectors, repeats = read_vectors(args["featureService"])
    wrong = []
    compared = 0
    for vector in vectors:
        event = recomputation.events[(vector["sourcePartition"], vector["sourceOffset"])]
        expected = recomputation.at_cuts(vector)
        expected.update(parcels.pass_through(event, expected))
        compared += len(expected)
        found = differences(named(vector, args["names"], args["types"]), expected)
        if found or vector["sourceEventId"] != event["scan_id"]:
            wrong.append({"scan": event["scan_id"], "cuts": vector["cuts"], "differences": found[:3]})
    result = {
        "events": len(events),
        "partitions": len({event["partition"] for event in events}),
        "vectors": len(vectors),
        "vectorRepeats": repeats,
        "values": compared,
        "beyondCut": sum(1 for v in vectors if v["cuts"][1]["ownOffset"] > v["cuts"][1]["offset"]),
        "wrong": wrong,
    }
    if args["endpoint"] is not None:
        verify_predictions(args, vectors, result)
    for key in ("wrong", "wrongScores"):
        if key in result:
            result[key] = {"count": len(result[key]), "first": result[key][:3]}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
