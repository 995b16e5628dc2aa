"""Publishes scans of parcels with confluent-kafka: its Avro serializer, and its default partitioner.

One argument, JSON: {topic, partitions, count, first, seed, population, perSecond, repeats}. `first` numbers the scans,
perSecond 0 is full speed, `repeats` is the share of scans that are sent a second time a little later.
"""

import json
import random
import sys
import time
from datetime import datetime, timedelta, timezone

from confluent_kafka import SerializingProducer
from confluent_kafka.admin import AdminClient, NewTopic
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import StringSerializer
from parcels import SCHEMA
from topics import brokers, registry

START = datetime(2026, 3, 28, 12, tzinfo=timezone.utc)
STEP_S = 15


def scan(dice, number, population):
    """Times rise, tie often, and one in ten is up to ten minutes late."""
    step = number - dice.randrange(0, 3) if dice.random() < 0.4 else number
    late = dice.randrange(1, 571) if dice.random() < 0.1 else 0
    moment = START + timedelta(seconds=max(0, step * STEP_S - late))
    return {
        "scan_id": f"scan-{number}",
        "parcel": f"P{dice.randrange(population):06d}",
        "depot": dice.randrange(1, 30) * 1_000_003,
        "kind": dice.choice(["PICKUP", "TRANSIT", "TRANSIT", "RETURN", "DELIVERY"]),
        "scanned_at": moment,
        "weight_g": None if dice.random() < 0.15 else round(dice.lognormvariate(6.5, 1.0), 2),
        "stops": dice.randrange(0, 12),
        "declared_value": None if dice.random() < 0.5 else dice.randrange(0, 5_000_000_000),
        "fragile": dice.random() < 0.3,
        "tilt": None if dice.random() < 0.5 else dice.random(),
        "remark": dice.choice([None, "left at the neighbour's", dice.randrange(0, 2**40)]),
        "handler": dice.choice([None, {"badge": f"b{number % 17}", "shift": dice.choice([None, "EARLY", "LATE"])}]),
        "tags": [f"t{i}" for i in range(dice.randrange(0, 3))],
        "readings": {"humidity": dice.choice([None, dice.random()])},
    }


def send(producer, topic, value, failed):
    while True:
        try:
            producer.produce(
                topic=topic,
                key=value["parcel"],
                value=value,
                on_delivery=lambda error, _: failed.append(str(error)) if error is not None else None,
            )
            return
        except BufferError:
            producer.poll(0.1)


def main():
    args = json.loads(sys.argv[1])
    topic, count, first = args["topic"], args["count"], args["first"]
    admin = AdminClient({"bootstrap.servers": brokers()})
    if topic not in admin.list_topics(timeout=10).topics:
        for created in admin.create_topics([NewTopic(topic, args["partitions"], 1)]).values():
            created.result(30)
    failed = []
    producer = SerializingProducer(
        {
            "bootstrap.servers": brokers(),
            "key.serializer": StringSerializer("utf_8"),
            "value.serializer": AvroSerializer(registry(), json.dumps(SCHEMA)),
            "linger.ms": 5,
            "compression.type": "zstd",
            # Retries must not change the order within a partition.
            "enable.idempotence": True,
        }
    )
    dice = random.Random(args["seed"] * 1_000_003 + first)
    started = time.monotonic()
    recent = []
    repeated = 0
    for i in range(count):
        value = scan(dice, first + i, args["population"])
        again = [recent[dice.randrange(len(recent))]] if recent and dice.random() < args["repeats"] else []
        recent = [*recent[-9:], value]
        repeated += len(again)
        for sent in [value, *again]:
            send(producer, topic, sent, failed)

        producer.poll(0)
        if args["perSecond"] > 0:
            ahead = (i + 1) / args["perSecond"] - (time.monotonic() - started)
            if ahead > 0:
                time.sleep(ahead)
    producer.flush(60)
    if failed:
        raise SystemExit(f"{len(failed)} scans were not acknowledged: {failed[:3]}")
    print(json.dumps({"sent": count, "repeated": repeated}))


if __name__ == "__main__":
    main()
