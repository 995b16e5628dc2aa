"""Judges each file's way through the platform: its rows in the topic, its vectors, and its scores after the model was there.

One argument, JSON: {gateway, files: [{which, file, topic, featureService, names, types, endpoint, model, version, until, folder}]};
the answer has a verdict for each `which`.
"""

import json
import sys

import files
import numpy
from topics import first_by_event_id, ms, own_topic, read_all
from offline_model import OfflineModel
from vectors import Recomputation, differences, event_of, named, read_vectors
from windows import is_missing

VIEWS = {"registrations": files.REGISTRATIONS, "transactions": files.TRANSACTIONS}
PASS_THROUGH = {"registrations": files.registration_pass_through, "transactions": files.transaction_pass_through}
KEY_COLUMNS = {
    "registrations": ("ip_address", "email_address"),
    "transactions": ("EVENT_ID", "ENTITY_ID", "merchant", "ip_address", "product_category"),
}


def verdict_on(args, gateway):
    which = args["which"]
    columns = KEY_COLUMNS[which]
    in_file = sorted((files.time_ms(row["EVENT_TIMESTAMP"]), *[row[c] for c in columns]) for row in files.rows(args["file"]))
    events = [event_of(partition, offset, value, "EVENT_TIMESTAMP") for partition, offset, value in read_all(args["topic"])]
    in_topic = sorted((event["time"], *[str(event[c]) for c in columns]) for event in events)
    out_of_order = 0
    last = {}
    for event in events:
        out_of_order += event["time"] < last.get(event["partition"], 0)
        last[event["partition"]] = event["time"]
    print(f"{len(events)} events of {which} read, reading the logs of the views")
    recomputation = Recomputation(VIEWS[which], events)
    vectors, _ = read_vectors(args["featureService"])
    print(f"{len(vectors)} vectors read, recomputing")
    wrong = []
    recomputed = {}
    for vector in vectors:
        place = (vector["sourcePartition"], vector["sourceOffset"])
        event = recomputation.events[place]
        values = recomputation.at_cuts(vector)
        values.update(PASS_THROUGH[which](event, values))
        found = differences(named(vector, args["names"], args["types"]), values)
        if found:
            wrong.append({"place": place, "cuts": vector["cuts"], "differences": found[:3]})
        recomputed[place] = [numpy.nan if is_missing(values[n]) else float(values[n]) for n in args["names"]]
    until = files.time_ms(args["until"])
    later = [place for place, event in recomputation.events.items() if event["time"] >= until and place in recomputed]
    print(f"{len(recomputed)} vectors recomputed, fetching the model")
    model = OfflineModel(gateway, args["model"], args["version"], args["folder"])
    offline = model.scores(numpy.array([recomputed[place] for place in later]))
    print(f"{len(later)} events scored offline, reading predictions and outcomes")
    records = [r for r in read_all(own_topic("inference.predictions")) if r[2]["endpoint"] == args["endpoint"]]
    predictions = {(p["sourcePartition"], p["sourceOffset"]): p for _, _, p in first_by_event_id(records)}
    wrong_scores = []
    largest = 0.0
    for place, score in zip(later, offline):
        prediction = predictions.get(place)
        if prediction is None or prediction["status"] != "ok":
            wrong_scores.append({"place": place, "score": float(score), "prediction": repr(prediction)[:300]})
            continue
        largest = max(largest, abs(prediction["score"] - float(score)))
        if abs(prediction["score"] - float(score)) > 1e-6:
            wrong_scores.append({"place": place, "score": float(score), "served": prediction["score"]})
    outcomes = [value for _, _, value in read_all(own_topic("outcomes")) if value["source"] == which]
    return {
        "rows": len(in_file),
        "events": len(events),
        "sameRows": in_file == in_topic,
        "outOfOrder": out_of_order,
        "vectors": len(vectors),
        "values": len(vectors) * len(args["names"]),
        "wrong": {"count": len(wrong), "first": wrong[:3]},
        "missingValues": sum(1 for values in recomputed.values() for v in values if v != v),
        "later": len(later),
        "predictions": len(predictions),
        "wrongScores": {"count": len(wrong_scores), "first": wrong_scores[:3]},
        "largestScoreDifference": largest,
        "distinctScores": len(set(offline.tolist())),
        "outcomes": len({outcome["sourceEventId"] for outcome in outcomes}),
        "lastOutcomeMs": max([ms(outcome["observedAtMs"]) for outcome in outcomes], default=0),
    }


def main():
    args = json.loads(sys.argv[1])
    print(json.dumps({file["which"]: verdict_on(file, args["gateway"]) for file in args["files"]}))


if __name__ == "__main__":
    main()
