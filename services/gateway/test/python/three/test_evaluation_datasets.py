"""Evaluation datasets: made, filled, merged, searched and deleted by mlflow.genai."""

import json

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.genai.datasets import create_dataset, delete_dataset, get_dataset, search_datasets

V3 = {"prefix": "/api/3.0/mlflow/"}


def records_of(dataset):
    """The records, and not the table that genai makes of them."""
    return MlflowClient().get_dataset(dataset.dataset_id).records


@pytest.fixture
def dataset(experiment, unique):
    return create_dataset(name=unique("qa"), experiment_id=[experiment], tags={"team": "risk"})


def test_a_dataset_is_made_and_read_back(client, experiment, dataset):
    found = get_dataset(dataset_id=dataset.dataset_id)
    assert (found.name, found.tags["team"], found.experiment_ids) == (dataset.name, "risk", [experiment])
    assert (found.digest, found.created_time, found.schema, found.profile) == (dataset.digest, dataset.created_time, None, None)
    assert found.to_df().empty
    assert get_dataset(name=dataset.name).dataset_id == dataset.dataset_id


def test_records_are_merged_by_their_inputs(dataset):
    digest = dataset.digest
    dataset.merge_records([
        {"inputs": {"q": "one", "n": 2**53 + 1}, "expectations": {"a": 1, "b": "x"}, "tags": {"t": "1"}},
        {"inputs": {"q": "two", "n": 1.0}},
    ])
    assert dataset.digest != digest
    dataset.merge_records([
        {"inputs": {"n": 2**53 + 1, "q": "one"}, "expectations": {"b": "y", "c": [True, None]}, "outputs": "said"},
        {"inputs": {"q": "two", "n": 1}},
    ])
    records = records_of(dataset)
    assert [(record.inputs, record.outputs) for record in records] == [
        ({"q": "one", "n": 2**53 + 1}, "said"),
        ({"q": "two", "n": 1.0}, {}),
        ({"q": "two", "n": 1}, {}),
    ]
    assert [type(record.inputs["n"]) for record in records] == [int, float, int]
    assert records[0].expectations == {"a": 1, "b": "y", "c": [True, None]}
    assert records[0].tags["t"] == "1"
    assert [record.source_type for record in records] == ["HUMAN", "CODE", "CODE"]
    assert records[1].expectations is None
    assert json.loads(dataset.schema) == {
        "inputs": {"q": "string", "n": "integer"},
        "outputs": "string",
        "expectations": {"a": "integer", "b": "string", "c": "array"},
        "version": "1.0",
    }
    assert json.loads(dataset.profile) == {"num_records": 3}


def test_records_without_a_value_are_taken_as_pandas_says_them(dataset):
    dataset.merge_records([{"inputs": {"q": "x"}, "expectations": {"score": float("nan")}}])
    score = records_of(dataset)[0].expectations["score"]
    assert score != score


def test_records_are_deleted_and_made_anew(dataset):
    dataset.merge_records([{"inputs": {"q": "one"}, "expectations": {"a": 1}}, {"inputs": {"q": "two"}}])
    first, second = records_of(dataset)
    assert dataset.delete_records([first.dataset_record_id, "dr-none"]) == 1
    assert dataset.delete_records([first.dataset_record_id]) == 0
    assert [record.inputs for record in records_of(dataset)] == [{"q": "two"}]
    assert json.loads(dataset.profile) == {"num_records": 1}
    dataset.merge_records([{"inputs": {"q": "one"}}])
    assert [(record.inputs, record.expectations) for record in records_of(dataset)] == [({"q": "two"}, None), ({"q": "one"}, None)]


def test_traces_become_records(experiment, dataset):
    with mlflow.start_span("asked") as span:
        span.set_inputs({"question": "why"})
        span.set_outputs({"answer": "so"})
    mlflow.flush_trace_async_logging()
    dataset.merge_records(mlflow.search_traces(locations=[experiment], return_type="list"))
    (record,) = records_of(dataset)
    assert (record.inputs, record.outputs) == ({"question": "why"}, {"answer": "so"})
    assert (record.source_type, record.source_id) == ("TRACE", span.trace_id)


def test_records_come_in_pages(api, dataset):
    dataset.merge_records([{"inputs": {"q": n}} for n in range(25)])
    path, seen, token = f"datasets/{dataset.dataset_id}/records", [], None
    while True:
        page = api.ok("GET", path, {"max_results": 10, **({"page_token": token} if token else {})}, **V3)
        seen.extend(record["inputs"]["q"] for record in json.loads(page["records"]))
        token = page.get("next_page_token")
        if not token:
            break
    assert seen == list(range(25))


def test_tags_are_set_and_deleted(client, dataset):
    client.set_dataset_tags(dataset.dataset_id, {"team": "core", "n": 1, "none": None})
    client.delete_dataset_tag(dataset.dataset_id, "absent")
    assert {key: value for key, value in client.get_dataset(dataset.dataset_id).tags.items() if key in ("team", "n", "none")} == {"team": "core", "n": "1"}
    client.delete_dataset_tag(dataset.dataset_id, "team")
    assert "team" not in client.get_dataset(dataset.dataset_id).tags


def test_datasets_are_found(client, experiment, dataset, unique):
    other = create_dataset(name=unique("other"), experiment_id=[experiment])
    dataset.merge_records([{"inputs": {"q": 1}}])
    names = lambda **query: [found.name for found in search_datasets(experiment_ids=[experiment], **query)]
    assert sorted(names()) == sorted([dataset.name, other.name])
    assert names(filter_string="tags.team = 'risk'") == [dataset.name]
    assert names(filter_string=f"name LIKE '{other.name[:9]}%'") == [other.name]
    assert names(filter_string=f"last_update_time > {other.last_update_time}") == [dataset.name]
    assert names(order_by=["last_update_time ASC"]) == [other.name, dataset.name]
    assert names(order_by=["created_time ASC"], max_results=1) == [dataset.name]
    (found,) = search_datasets(experiment_ids=[experiment], filter_string="tags.team = 'risk'")
    assert json.loads(found.profile) == {"num_records": 1}


def test_datasets_belong_to_experiments(client, experiment, dataset, unique):
    second = client.create_experiment(unique("second"))
    client.add_dataset_to_experiments(dataset.dataset_id, [second])
    assert client.get_dataset(dataset.dataset_id).experiment_ids == [experiment, second]
    assert [found.dataset_id for found in search_datasets(experiment_ids=[second])] == [dataset.dataset_id]
    client.remove_dataset_from_experiments(dataset.dataset_id, [experiment])
    assert client.get_dataset(dataset.dataset_id).experiment_ids == [second]
    assert search_datasets(experiment_ids=[experiment]) == []


def test_datasets_are_deleted(api, experiment, dataset):
    dataset.merge_records([{"inputs": {"q": 1}}])
    delete_dataset(dataset_id=dataset.dataset_id)
    delete_dataset(dataset_id=dataset.dataset_id)
    assert search_datasets(experiment_ids=[experiment]) == []
    path = f"datasets/{dataset.dataset_id}"
    assert api.refused("GET", path, **V3) == (
        404,
        "RESOURCE_DOES_NOT_EXIST",
        f"Evaluation dataset with id '{dataset.dataset_id}' not found",
    )
    assert api.ok("GET", f"{path}/records", **V3) == {"records": "[]"}
    assert api.refused("POST", f"{path}/records", {"records": "[]"}, **V3)[:2] == (404, "RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "create", {}),
        ("POST", "create", {"name": "x", "tags": "{"}),
        ("POST", "create", {"name": "x" * 256}),
        ("POST", "create", {"name": "x", "tags": json.dumps({"k": "v" * 5001})}),
        ("POST", "search", {"filter_string": "color = 'red'"}),
        ("POST", "search", {"filter_string": "created_time = 1.5"}),
        ("POST", "search", {"order_by": ["created_by"]}),
        ("POST", "search", {"max_results": 0}),
        ("POST", "search", {"page_token": "nonsense"}),
        ("GET", "d-x/records", {"page_token": "nonsense"}),
        ("GET", "d-x/records", {"max_results": -1}),
        ("PATCH", "d-x/tags", {"tags": "[]"}),
        ("POST", "d-x/records", {"records": "[1]"}),
        ("POST", "d-x/records", {"records": "nonsense"}),
        ("POST", "d-x/records", {}),
    ],
)
def test_what_cannot_be_is_refused(api, method, path, body):
    for prefix in ("/api/3.0/mlflow/", "/ajax-api/3.0/mlflow/"):
        assert api.refused(method, f"datasets/{path}", body, prefix=prefix)[:2] == (400, "INVALID_PARAMETER_VALUE")
