"""Follows model promotions as a plain Python program does: dedupes by eventId, commits after handling, and dies when told to.

Argument: {"group", "model", "file", "when": "before" or "after", "count": deliveries until it dies, 0 for never}.
"""

import hashlib
import json
import os
import signal
import sys
import urllib.request

from confluent_kafka import Consumer
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

from topics import brokers, own_topic, registry


def handled_before(file):
    if not os.path.exists(file):
        return set()
    with open(file) as lines:
        return {json.loads(line)["eventId"] for line in lines}


def main():
    wanted = json.loads(sys.argv[1])
    topic = own_topic("registry.model-promoted")
    consumer = Consumer(
        {
            "bootstrap.servers": brokers(),
            "group.id": wanted["group"],
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            # One that was killed is noticed soon.
            "session.timeout.ms": 6000,
        }
    )
    deserialize = AvroDeserializer(registry())
    context = SerializationContext(topic, MessageField.VALUE)
    seen = handled_before(wanted["file"])
    left = wanted["count"]
    consumer.subscribe([topic])
    while True:
        message = consumer.poll(1.0)
        if message is None or message.error():
            continue
        promotion = deserialize(message.value(), context)
        if promotion["model"] != wanted["model"]:
            consumer.commit(message, asynchronous=False)
            continue
        if left == 1 and wanted["when"] == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        if promotion["eventId"] not in seen:
            handle(promotion, wanted["file"])
            seen.add(promotion["eventId"])
        # Handled and not acknowledged: the same promotion comes again.
        if left == 1 and wanted["when"] == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        consumer.commit(message, asynchronous=False)


def handle(promotion, file):
    url = f"{os.environ['MILLRACE_GATEWAY_URL']}/api/v1/artifacts/sha256/{promotion['artifactHash']}"
    with urllib.request.urlopen(url, timeout=60) as response:
        sha256 = hashlib.sha256(response.read()).hexdigest()
    if sha256 != promotion["artifactHash"]:
        raise SystemExit(f"version {promotion['version']}: {url} gave {sha256}")
    with open(file, "a") as lines:
        lines.write(
            json.dumps({"eventId": promotion["eventId"], "version": promotion["version"], "sha256": sha256}) + "\n"
        )
        lines.flush()
        os.fsync(lines.fileno())


main()
