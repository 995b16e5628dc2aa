"""Writes golden.json: messages as Feast's own classes write them, in hexadecimal.

    pip install feast==0.67.0 && python make_golden.py
"""
import json
import pathlib

from feast.protos.feast.core.DataSource_pb2 import DataSource
from feast.protos.feast.core.FeatureView_pb2 import FeatureView
from feast.protos.feast.core.Registry_pb2 import Registry
from feast.protos.feast.registry import RegistryServer_pb2 as calls

golden = {}


def keep(name, message):
    golden[name] = message.SerializeToString(deterministic=True).hex()


registry = Registry(registry_schema_version="1", version_id="v-7")
registry.last_updated.seconds, registry.last_updated.nanos = 1700000000, 250000000
project = registry.projects.add()
project.spec.name, project.spec.description = "millrace", "Features of one platform"

entity = registry.entities.add().spec
entity.name, entity.project, entity.join_key, entity.value_type = "card", "millrace", "card_id", 2
entity.description = "a card, not a person"
entity.tags["team"], entity.tags["a"] = "risk", ""

source = registry.data_sources.add()
source.name, source.project, source.type = "payments", "millrace", DataSource.PUSH_SOURCE
source.timestamp_field, source.created_timestamp_column = "ts", "created"
source.field_mapping["amount"] = "last_amount"
source.batch_source.name, source.batch_source.type = "stored", DataSource.REQUEST_SOURCE
field = source.batch_source.request_data_options.schema.add()
field.name, field.value_type = "amount", 5

stored = registry.data_sources.add()
stored.name, stored.type, stored.file_options.uri = "history", DataSource.BATCH_FILE, "clickhouse:source_payments"

view = registry.feature_views.add()
view.spec.name, view.spec.project, view.spec.online = "card_spend", "millrace", True
view.spec.entities.append("card")
for name, value_type in [("spend_1d", 5), ("count_1d", 4)]:
    feature = view.spec.features.add()
    feature.name, feature.value_type = name, value_type
view.spec.features[0].description = "Betrag, größer als 0 €"
column = view.spec.entity_columns.add()
column.name, column.value_type = "card_id", 2
view.spec.ttl.seconds = 86400
view.spec.stream_source.CopyFrom(source)
view.meta.current_version_number = 3

service = registry.feature_services.add().spec
service.name, service.project, service.description = "payment_risk", "millrace", "for the model"
projection = service.features.add()
projection.feature_view_name, projection.version_tag, projection.view_type = "card_spend", 0, "featureView"
projection.join_key_map["card_id"] = "sender"
projection.feature_columns.add(name="spend_1d", value_type=5)
service.features.add(feature_view_name="shop", feature_view_name_alias="seller")

on_demand = registry.on_demand_feature_views.add().spec
on_demand.name, on_demand.project, on_demand.mode = "payment_risk_on_demand", "millrace", "python"
on_demand.features.add(name="amount", value_type=5)
request = on_demand.sources["request"].request_data_source
request.name, request.type = "request", DataSource.REQUEST_SOURCE
on_demand.sources["card_spend"].feature_view_projection.feature_view_name = "card_spend"
function = on_demand.feature_transformation.user_defined_function
function.name, function.body_text, function.mode = "f", "def f(inputs):\n    return {}\n", "python"
keep("registry", registry)

keep("before the epoch", FeatureView(spec={"ttl": {"seconds": -1, "nanos": 500000000}}))
keep("nothing but presence", FeatureView(spec={}, meta={}))
keep("a long text", FeatureView(spec={"description": "x" * 300}))

# Requests of the registry server, and its answers over the registry above.
for name, call in [("card", "Entity"), ("payments", "DataSource"), ("card_spend", "FeatureView"),
                   ("card_spend", "AnyFeatureView"), ("payment_risk_on_demand", "AnyFeatureView"),
                   ("payment_risk_on_demand", "OnDemandFeatureView"), ("payment_risk", "FeatureService")]:
    request = getattr(calls, f"Get{call}Request")(name=name, project="millrace", allow_cache=True)
    keep(f"Get{call} {name}", request)
for call in ["Entities", "DataSources", "FeatureViews", "AllFeatureViews", "OnDemandFeatureViews", "FeatureServices",
             "Permissions"]:
    keep(f"List{call}", getattr(calls, f"List{call}Request")(project="millrace", tags={"a": "b"}))
keep("GetProject", calls.GetProjectRequest(name="millrace", allow_cache=True))
keep("ListProjects", calls.ListProjectsRequest(allow_cache=True))
any_view = calls.GetAnyFeatureViewResponse()
any_view.any_feature_view.on_demand_feature_view.CopyFrom(registry.on_demand_feature_views[0])
keep("answer GetAnyFeatureView payment_risk_on_demand", any_view)
all_views = calls.ListAllFeatureViewsResponse()
all_views.feature_views.add().feature_view.CopyFrom(view)
all_views.feature_views.add().on_demand_feature_view.CopyFrom(registry.on_demand_feature_views[0])
keep("answer ListAllFeatureViews", all_views)
keep("answer ListProjects", calls.ListProjectsResponse(projects=registry.projects))
keep("answer ListEntities", calls.ListEntitiesResponse(entities=registry.entities))

pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden, indent=2) + "\n")
