"""Makes trace-request.bin and trace-request.json with OpenTelemetry's own protobuf classes.

Run from this folder by a Python that has opentelemetry-proto: python make_golden.py
"""

import base64
import json

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


def fill(value, content):
    if isinstance(content, bool):
        value.bool_value = content
    elif isinstance(content, str):
        value.string_value = content
    elif isinstance(content, int):
        value.int_value = content
    elif isinstance(content, float):
        value.double_value = content
    elif isinstance(content, bytes):
        value.bytes_value = content
    elif isinstance(content, list):
        value.array_value.SetInParent()
        for item in content:
            fill(value.array_value.values.add(), item)
    elif isinstance(content, dict):
        value.kvlist_value.SetInParent()
        add_attributes(value.kvlist_value.values, content)


def add_attributes(target, attributes):
    for key, content in attributes.items():
        attribute = target.add()
        attribute.key = key
        fill(attribute.value, content)


request = ExportTraceServiceRequest()
resource_spans = request.resource_spans.add(schema_url="https://opentelemetry.io/schemas/1.26.0")
add_attributes(resource_spans.resource.attributes, {"service.name": "checkout", "replicas": 3})
scope_spans = resource_spans.scope_spans.add()
scope_spans.scope.name = "golden"
root = scope_spans.spans.add(
    trace_id=bytes(range(16)),
    span_id=bytes.fromhex("00f067aa0ba902b7"),
    trace_state="vendor=1",
    name="answer ü",
    kind=2,
    start_time_unix_nano=1_750_000_000_123_456_789,
    end_time_unix_nano=1_750_000_001_123_456_789,
    flags=0x101,
    dropped_attributes_count=1,
)
add_attributes(
    root.attributes,
    {
        "text": "it's \"ü\" 🙂",
        "largest": 2**63 - 1,
        "smallest": -(2**63),
        "one": 1,
        "one as double": 1.0,
        "half": 0.5,
        "tiny": 5e-324,
        "yes": True,
        "no": False,
        "bytes": b"\x00\xff",
        "empty list": [],
        "empty map": {},
        "nested": {"a": [1, 2.5, "x", {"b": None}], "c": {}},
        "unset": None,
    },
)
event = root.events.add(time_unix_nano=1_750_000_000_500_000_001, name="exception")
add_attributes(event.attributes, {"exception.message": "boom"})
link = root.links.add(trace_id=bytes(16), span_id=bytes.fromhex("0102030405060708"), trace_state="a=b")
add_attributes(link.attributes, {"reason": "retry"})
root.status.code = 2
root.status.message = "boom"
scope_spans.spans.add(
    trace_id=bytes(range(16)), span_id=bytes(8), parent_span_id=bytes.fromhex("00f067aa0ba902b7"), name="", start_time_unix_nano=1
)
request.resource_spans.add()


def with_hex_ids(node):
    if isinstance(node, list):
        return [with_hex_ids(item) for item in node]
    if not isinstance(node, dict):
        return node
    ids = ("traceId", "spanId", "parentSpanId")
    return {k: base64.b64decode(v).hex() if k in ids else with_hex_ids(v) for k, v in node.items()}


with open("trace-request.bin", "wb") as file:
    file.write(request.SerializeToString())
with open("trace-request.json", "w") as file:
    json.dump(with_hex_ids(MessageToDict(request)), file, indent=2)
    file.write("\n")
