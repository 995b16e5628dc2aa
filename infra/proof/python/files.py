"""The two real files: how they are read here, and the features that are defined over them."""

import csv
from datetime import datetime, timezone

from windows import DAY, HOUR, Feature, View

LATENESS = DAY


def rows(path):
    with open(path, newline="", encoding="utf8") as file:
        return list(csv.DictReader(file))


def time_ms(text):
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def hour_and_weekday(time):
    moment = datetime.fromtimestamp(time / 1000, timezone.utc)
    return float(moment.hour), float(moment.isoweekday())


def domain(event):
    parts = event["email_address"].split("@")
    return parts[1] if len(parts) > 1 else None


def counts(prefix, **windows):
    return [Feature(f"{prefix}_{name[1:]}", "count", window) for name, window in windows.items()]


def price(event):
    return event["order_price"]


class Before(Feature):
    """A feature that leaves out the own event."""

    own_event = False


REGISTRATIONS = [
    View("ip_sign_ups", lambda e: e["ip_address"], counts("ip", _1d=DAY, _7d=7 * DAY, _30d=30 * DAY, _365d=365 * DAY), True, LATENESS),
    View("domain_sign_ups", domain, counts("domain", _1h=HOUR, _6h=6 * HOUR, _1d=DAY, _7d=7 * DAY), False, LATENESS),
    View(
        "email_sign_ups",
        lambda e: e["email_address"],
        [*counts("email", _7d=7 * DAY, _90d=90 * DAY), Before("email_before_30d", "count", 30 * DAY)],
        False,
        LATENESS,
    ),
]

TRANSACTIONS = [
    View(
        "customer_spend",
        lambda e: e["ENTITY_ID"],
        [
            Feature("customer_count_7d", "count", 7 * DAY),
            Feature("customer_count_30d", "count", 30 * DAY),
            Feature("customer_sum_30d", "sum", 30 * DAY, price),
            Feature("customer_mean_90d", "mean", 90 * DAY, price),
            Before("customer_max_90d", "max", 90 * DAY, price),
        ],
        True,
        LATENESS,
    ),
    View(
        "merchant_sales",
        lambda e: e["merchant"],
        [
            Feature("merchant_count_30d", "count", 30 * DAY),
            Feature("merchant_mean_90d", "mean", 90 * DAY, price),
            Feature("merchant_min_90d", "min", 90 * DAY, price),
        ],
        False,
        LATENESS,
    ),
]


def registration_pass_through(event, features):
    hour, weekday = hour_and_weekday(event["time"])
    return {"hour": hour, "weekday": weekday, "is_org": float(domain(event) == "example.org")}


def transaction_pass_through(event, features):
    mean = features["customer_mean_90d"]
    return {
        "price": event["order_price"],
        "hour": hour_and_weekday(event["time"])[0],
        "price_ratio": None if mean is None or mean == 0 else event["order_price"] / mean,
        "is_online": float(event["product_category"] in ("shopping_net", "misc_net", "grocery_net")),
    }
