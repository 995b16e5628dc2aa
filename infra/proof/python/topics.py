"""Reads whole topics as any Python program would, with confluent-kafka and its Avro deserializer."""

import datetime
import os
import time
import uuid

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

# Without a record for so long something is wrong: what a topic holds when it is asked is there to be read.
PATIENCE_SECONDS = 60

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def brokers():
    return os.environ["MILLRACE_KAFKA_BROKERS"]


def registry():
    # Without a timeout a request that is never answered is waited for for ever; with one the client asks again.
    return SchemaRegistryClient({"url": os.environ["MILLRACE_SCHEMA_REGISTRY_URL"], "timeout": 10})


def own_topic(name):
    return os.environ.get("MILLRACE_TOPIC_PREFIX", "") + name


def ms(value):
    """Milliseconds since the epoch of what the deserializer makes of a timestamp-millis, or of an ISO 8601 text."""
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
    if isinstance(value, datetime.datetime):
        return (value - EPOCH) // datetime.timedelta(milliseconds=1)
    return int(value)


def read_all(topic):
    """Every record up to the end as it is now: (partition, offset, value), in order within each partition."""
    consumer = Consumer(
        {"bootstrap.servers": brokers(), "group.id": f"proof-{uuid.uuid4()}", "enable.auto.commit": False}
    )
    deserialize = AvroDeserializer(registry())
    context = SerializationContext(topic, MessageField.VALUE)
    try:
        partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
        starts, ends = {}, {}
        for partition in partitions:
            low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
            if high > low:
                starts[partition], ends[partition] = low, high
        records = []
        if not ends:
            return records
        consumer.assign([TopicPartition(topic, partition, low) for partition, low in starts.items()])
        open_partitions = set(ends)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while open_partitions:
            messages = consumer.consume(1_000, timeout=0.1)
            if messages:
                deadline = time.monotonic() + PATIENCE_SECONDS
            elif time.monotonic() > deadline:
                raise RuntimeError(
                    f"{topic}: nothing came for {PATIENCE_SECONDS} s, partitions {open_partitions} of {starts} to {ends} are missing"
                )
            for message in messages:
                if message.error():
                    raise RuntimeError(message.error())
                partition, offset = message.partition(), message.offset()
                if offset >= ends[partition]:
                    continue
                records.append((partition, offset, deserialize(message.value(), context)))
                if offset == ends[partition] - 1:
                    open_partitions.discard(partition)
        records.sort(key=lambda record: (record[0], record[1]))
        return records
    finally:
        consumer.close()


def first_by_event_id(records):
    """A crash may write a derived record twice; its deterministic id says so, and the first one counts."""
    seen = {}
    for partition, offset, value in records:
        seen.setdefault(value["eventId"], (partition, offset, value))
    return list(seen.values())
