"""A source that the platform has never heard of: scans of parcels on their way through depots."""

import zoneinfo
from datetime import datetime, timezone

from windows import DAY, HOUR, MINUTE, Feature, View

LATENESS = 10 * MINUTE

SCHEMA = {
    "type": "record",
    "name": "Scan",
    "namespace": "post.parcels",
    "fields": [
        {"name": "scan_id", "type": "string"},
        {"name": "parcel", "type": "string"},
        {"name": "depot", "type": "long"},
        {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["PICKUP", "TRANSIT", "RETURN", "DELIVERY"]}},
        {"name": "scanned_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "weight_g", "type": ["null", "double"], "default": None},
        {"name": "stops", "type": "int"},
        {"name": "declared_value", "type": ["null", "long"], "default": None},
        {"name": "fragile", "type": "boolean"},
        {"name": "tilt", "type": ["null", "float"], "default": None},
        {"name": "remark", "type": ["null", "string", "long"], "default": None},
        {
            "name": "handler",
            "type": [
                "null",
                {
                    "type": "record",
                    "name": "Handler",
                    "fields": [
                        {"name": "badge", "type": "string"},
                        {"name": "shift", "type": ["null", {"type": "enum", "name": "Shift", "symbols": ["EARLY", "LATE"]}]},
                    ],
                },
            ],
            "default": None,
        },
        {"name": "tags", "type": {"type": "array", "items": "string"}},
        {"name": "readings", "type": {"type": "map", "values": ["null", "double"]}},
    ],
}


def weight(event):
    return event["weight_g"]


def handled(event):
    return event["kind"] in ("TRANSIT", "RETURN")


def heavy(event):
    return None if event["weight_g"] is None else event["weight_g"] > 1_000


PARCEL = View(
    "parcel_life",
    lambda event: event["parcel"],
    [
        Feature("scans_1h", "count", HOUR),
        Feature("scans_1d", "count", DAY),
        Feature("handled_7d", "count", 7 * DAY, where=handled),
        Feature("weight_sum_1d", "sum", DAY, weight),
        Feature("weight_mean_7d", "mean", 7 * DAY, weight),
        Feature("weight_min_7d", "min", 7 * DAY, weight),
        Feature("weight_max_1d", "max", DAY, weight),
        Feature("fragile_sum_1d", "sum", DAY, lambda event: float(event["fragile"])),
        Feature("heavy_before_1d", "count", DAY, delay=2 * HOUR, where=heavy),
        Feature("last_value_7d", "last", 7 * DAY, lambda event: event["declared_value"]),
    ],
    own_log=True,
    lateness=LATENESS,
)

DEPOT = View(
    "depot_load",
    lambda event: event["depot"],
    [
        Feature("depot_scans_15m", "count", 15 * MINUTE),
        Feature("depot_scans_6h", "count", 6 * HOUR),
        Feature("depot_weight_mean_6h", "mean", 6 * HOUR, weight),
        Feature("depot_stops_max_1d", "max", DAY, lambda event: event["stops"]),
        Feature("depot_returns_1d", "sum", DAY, lambda event: float(event["kind"] == "RETURN")),
    ],
    own_log=False,
    lateness=LATENESS,
)

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def pass_through(event, features):
    """The request-time features, from the event itself and from its windows."""
    local = datetime.fromtimestamp(event["time"] / 1000, timezone.utc).astimezone(BERLIN)
    mean = features["weight_mean_7d"]
    w = event["weight_g"]
    return {
        "weight": w,
        "stops": event["stops"],
        "is_return": float(event["kind"] == "RETURN"),
        "is_fragile": float(event["fragile"]),
        "hour": float(local.hour),
        "weight_ratio": None if w is None or mean is None or mean == 0 else w / mean,
    }
