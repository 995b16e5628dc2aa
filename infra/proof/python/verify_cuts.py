"""Judges vectors as served, the SQL at their cuts and the SQL in hindsight against a recomputation from the topic.

One argument, JSON: {topic, featureService, names, types, sql}; `sql` is a file of JSON lines {partition, offset, known,
hindsight}, the platform's own SQL for every vector, by feature name.
"""

import json
import sys

import parcels
from topics import read_all
from vectors import Recomputation, differences, event_of, named, read_vectors, without_repeats


def main():
    args = json.loads(sys.argv[1])
    read = [event_of(partition, offset, value, "scanned_at") for partition, offset, value in read_all(args["topic"])]
    events = without_repeats(read, "scan_id")
    print(f"{len(read)} records of {len(events)} scans read, recomputing")
    recomputation = Recomputation([parcels.PARCEL, parcels.DEPOT], events)
    vectors, _ = read_vectors(args["featureService"])
    with open(args["sql"], encoding="utf8") as lines:
        sql = {(row["partition"], row["offset"]): row for row in map(json.loads, lines)}
    findings = {"atCuts": [], "sqlAtCuts": [], "sqlInHindsight": [], "differWithoutLateEvent": []}
    differing = 0
    differing_own = 0
    own_features = {feature.name for feature in parcels.PARCEL.features}
    late_rows = 0
    unknown = set(recomputation.events) - {(v["sourcePartition"], v["sourceOffset"]) for v in vectors}
    for vector in vectors:
        place = (vector["sourcePartition"], vector["sourceOffset"])
        event = recomputation.events[place]
        served = named(vector, args["names"], args["types"])
        row = sql.get(place, {"known": {}, "hindsight": {}})

        def note(finding, a, b):
            found = differences(a, b)
            if found:
                findings[finding].append({"scan": event["scan_id"], "cuts": vector["cuts"], "differences": found[:2]})
            return len(found) > 0

        known = recomputation.at_cuts(vector)
        note("atCuts", served, {**known, **parcels.pass_through(event, known)})
        note("sqlAtCuts", row["known"], served)
        hindsight = recomputation.with_all(vector)
        note("sqlInHindsight", row["hindsight"], {**hindsight, **parcels.pass_through(event, hindsight)})
        late = recomputation.held_late(vector)
        late_rows += late
        changed = differences(row["hindsight"], served)
        if changed:
            differing += 1
            differing_own += any(one["feature"] in own_features for one in changed)
            if not late:
                note("differWithoutLateEvent", row["hindsight"], served)
    times = [event["time"] for event in events]
    print(
        json.dumps(
            {
                "records": len(read),
                "events": len(events),
                "vectors": len(vectors),
                "eventsWithoutVector": len(unknown),
                "sqlRows": len(sql),
                "equalTimes": len(times) - len(set(times)),
                "differing": differing,
                "differingOwn": differing_own,
                "lateRows": late_rows,
                "beyondCut": sum(1 for v in vectors if v["cuts"][1]["ownOffset"] > v["cuts"][1]["offset"]),
                **{key: {"count": len(found), "first": found[:3]} for key, found in findings.items()},
            }
        )
    )


if __name__ == "__main__":
    main()
