"""What the stock feast SDK makes of our answers, as one JSON document on the standard output.

    python feast_client.py ADDRESS GRPC_ADDRESS
"""
import datetime
import json
import pathlib
import sys
import tempfile
import time
import urllib.error
import urllib.request

import pandas
from feast import FeatureStore, RepoConfig
from feast.data_source import PushMode
from feast.errors import FeastError
from feast.protos.feast.serving.ServingService_pb2 import FieldStatus

address, grpc_address = sys.argv[1:3]
folder = pathlib.Path(tempfile.mkdtemp())
with urllib.request.urlopen(f"{address}/feast/registry.db?project=fraud") as response:
    (folder / "registry.db").write_bytes(response.read())


def store_with(registry):
    return FeatureStore(
        config=RepoConfig(
            project="fraud",
            provider="local",
            registry=registry,
            online_store={"type": "remote", "path": f"{address}/feast"},
            offline_store={"type": "file"},
            entity_key_serialization_version=3,
        )
    )


store = store_with(str(folder / "registry.db"))
remote = store_with({"registry_type": "remote", "path": grpc_address})
now = datetime.datetime.now(datetime.timezone.utc)


def read(features, rows, **options):
    """Of each name the values as the SDK gives them, with their types and statuses."""
    response = store.get_online_features(features=features, entity_rows=rows, **options)
    values = response.to_dict()
    return {
        name: [
            [value, type(value).__name__, FieldStatus.Name(status)]
            for value, status in zip(values[name], result.statuses)
        ]
        for name, result in zip(response.proto.metadata.feature_names.val, response.proto.results)
    }


def raised(call):
    try:
        call()
    except Exception as error:
        return [type(error).__name__, isinstance(error, FeastError), str(error)]
    return None


def push(source, **columns):
    """Of what has no call in the SDK: rows of a source, not of a view."""
    body = json.dumps({"push_source_name": source, "df": columns}).encode()
    request = urllib.request.Request(f"{address}/feast/push", body, {"content-type": "application/json"})
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        return [error.code, json.loads(json.loads(error.read()))["class"]]


def push_until_read(source, **columns):
    """A source that was defined a moment ago takes its first rows before anybody applies them."""
    for _ in range(60):
        answer = push(source, **columns)
        if answer != [425, "FeastError"]:
            return answer
        time.sleep(1)


at = now.isoformat()
payment = {"card": ["c-1"], "shop": ["s-1"], "amount": [12], "tip": [0.5], "event_timestamp": [at]}
spend = ["pushed_spend:count_1d", "pushed_spend:sum_1d", "pushed_spend:mean_1d", "pushed_shops:shop_count"]
keys = [{"card": "c-1", "shop": "s-1"}, {"card": "nobody", "shop": "nowhere"}]
profile = pandas.DataFrame({"card": ["c-2"], "newest_amount": [7.0], "newest_shop": ["s-2"], "ts": [now]})
newer = profile.assign(newest_amount=[8.0], ts=[now + datetime.timedelta(milliseconds=1)])
profiles = ["profile:newest_amount", "profile:newest_shop"]

told = {
    "pushed": push_until_read("pushed", **payment),
    "references": read(spend, keys),
    "pushed again": push("pushed", **payment),
    "after a repeat": read(spend[:1], keys[:1]),
    "full names": list(read(spend[:1], keys[:1], full_feature_names=True)),
    "service": read(store.get_feature_service("pushed_risk"), [{**keys[0], "amount": 24.0}]),
    "on demand": read(["pushed_risk_on_demand:share"], [{**keys[0], "amount": 6.0}]),
    "written": raised(lambda: store.write_to_online_store("profile", profile)),
    "after a write": read(profiles, [{"card": "c-2"}]),
    "sdk pushed": raised(lambda: store.push("profiles", newer, to=PushMode.ONLINE)),
    "after a push": read(profiles, [{"card": "c-2"}]),
    "registry": {
        "entity": store.get_entity("pushed_card").join_key,
        "types": {field.name: str(field.dtype) for field in store.get_feature_view("pushed_spend").features},
        "source": store.get_feature_view("pushed_spend").stream_source.name,
        "on demand": [one.name for one in store.list_on_demand_feature_views() if one.name.startswith("pushed_risk")],
    },
    "remote registry": {
        "project": remote.get_project("fraud").name,
        "views": sorted(one.name for one in remote.list_feature_views()) == sorted(
            one.name for one in store.list_feature_views()
        ),
        "types": {field.name: str(field.dtype) for field in remote.get_feature_view("pushed_spend").features},
        "on demand": remote.get_on_demand_feature_view("pushed_risk_on_demand").name,
        "read": remote.get_online_features(
            features=remote.get_feature_service("pushed_risk"), entity_rows=[{**keys[0], "amount": 24.0}]
        ).to_dict(),
        "nothing": raised(lambda: remote.get_feature_view("nothing")),
        "write": raised(lambda: remote.apply([remote.get_entity("pushed_card")])),
    },
    "errors": {
        "view": raised(lambda: read(["nothing:x"], keys)),
        "version": raised(lambda: read(["pushed_spend@v9:count_1d"], keys)),
        "feature": raised(lambda: read(["pushed_spend:x"], keys)),
        "collision": raised(lambda: read([spend[0], spend[0]], keys)),
        "key": raised(lambda: read(spend, [{"card": 5, "shop": "s-1"}])),
        "request data": raised(lambda: read(["pushed_risk_on_demand:share"], keys)),
        "computed": raised(
            lambda: store.write_to_online_store(
                "pushed_spend",
                pandas.DataFrame({"card": ["c"], "count_1d": [1], "sum_1d": [1.0], "mean_1d": [1.0], "ts": [now]}),
            )
        ),
        "push source": push("nothing", **payment),
        "column": push("pushed", color=["red"], **payment),
        "rows": push("pushed", **{**payment, "card": []}),
        "late key": push("pushed", **{**payment, "card": [""]}),
    },
}
json.dump(told, sys.stdout)
