"""Promotes a model for each of the two files, learned from what happened before `until`.

One argument, JSON: {gateway, registrations, transactions (the files), until, names: {registrations, transactions}}.
"""

import json
import sys
import time

import numpy
from files import rows, time_ms
from training import matrix, train_and_promote, training_set

args = json.loads(sys.argv[1])
gateway = args["gateway"]
until = time_ms(args["until"])

# Registrations carry no id: their labels stay with the data scientist, who asks for the features as known at each time.
spine = [
    {"time": row["EVENT_TIMESTAMP"], "ip_address": row["ip_address"], "email_address": row["email_address"], "fraud": row["EVENT_LABEL"]}
    for row in rows(args["registrations"])
    if time_ms(row["EVENT_TIMESTAMP"]) < until
]
found = training_set(gateway, featureService="registration_risk", mode="as-known", spine=spine)
assert len(found) == len(spine) and all(row["time"] == asked["time"] for row, asked in zip(found, spine))
y = numpy.array([int(row["fraud"] == "fraud") for row in found])
names = args["names"]["registrations"]
registrations = train_and_promote(gateway, "registration-risk", matrix(found, names), y)

# Labels of transactions came as outcomes, half of them never.
labelled = sum(
    1
    for row in rows(args["transactions"])
    if row["EVENT_LABEL"] != "" and time_ms(row["EVENT_TIMESTAMP"]) + args["labelDelayMs"] < until
)
deadline = time.monotonic() + 120
while True:
    request = {"featureService": "transaction_risk", "mode": "as-served", "labels": True, "to": args["until"]}
    found = training_set(gateway, **request)
    if len(found) >= labelled or time.monotonic() > deadline:
        break
    time.sleep(0.5)
y = numpy.array([int(row["label"]) for row in found])
names = args["names"]["transactions"]
transactions = train_and_promote(gateway, "transaction-risk", matrix(found, names), y)
print(
    json.dumps(
        {
            "registrations": {"version": registrations, "rows": len(spine)},
            "transactions": {"version": transactions, "rows": len(found), "labelled": labelled},
        }
    )
)
