"""Refusals of the REST API in MLflow's own terms: status, error code and text."""

import pytest

RUN = "{run}"

TABLE = [
    ("POST", "experiments/create", {}, 400, "INVALID_PARAMETER_VALUE", "Missing value for required parameter 'name'."),
    ("POST", "experiments/create", {"name": 123}, 400, "INVALID_PARAMETER_VALUE", "Invalid value 123 for parameter 'name' supplied"),
    ("POST", "experiments/create", {"name": "x", "tags": "y"}, 400, "INVALID_PARAMETER_VALUE", 'Invalid value "y" for parameter \'tags\' supplied'),
    ("GET", "experiments/get", {}, 400, "INVALID_PARAMETER_VALUE", "Missing value for required parameter 'experiment_id'."),
    ("GET", "experiments/get", {"experiment_id": "no/id"}, 400, "INVALID_PARAMETER_VALUE", ""),
    ("GET", "experiments/get-by-name", {"experiment_name": "no such name"}, 404, "RESOURCE_DOES_NOT_EXIST", "Could not find experiment with name 'no such name'"),
    ("POST", "experiments/update", {"experiment_id": "0"}, 400, "INVALID_PARAMETER_VALUE", ""),
    ("POST", "experiments/delete", {"experiment_id": "987654321"}, 404, "RESOURCE_DOES_NOT_EXIST", "No Experiment with id=987654321 exists"),
    ("POST", "experiments/restore", {"experiment_id": "987654321"}, 404, "RESOURCE_DOES_NOT_EXIST", "No Experiment with id=987654321 exists"),
    ("POST", "experiments/set-experiment-tag", {"experiment_id": "0"}, 400, "INVALID_PARAMETER_VALUE", "Missing value for required parameter 'key'."),
    ("POST", "runs/create", {"experiment_id": "987654321"}, 404, "RESOURCE_DOES_NOT_EXIST", "No Experiment with id=987654321 exists"),
    ("POST", "runs/create", {"experiment_id": "0", "start_time": "soon"}, 400, "INVALID_PARAMETER_VALUE", "Invalid value \"soon\" for parameter 'start_time' supplied"),
    ("GET", "runs/get", {}, 400, "INVALID_PARAMETER_VALUE", "Missing value for required parameter 'run_id'."),
    ("GET", "runs/get", {"run_id": "0" * 32}, 404, "RESOURCE_DOES_NOT_EXIST", f"Run with id={'0' * 32} not found"),
    ("POST", "runs/delete", {"run_id": "0" * 32}, 404, "RESOURCE_DOES_NOT_EXIST", f"Run with id={'0' * 32} not found"),
    ("POST", "runs/log-metric", {"run_id": RUN, "value": 1, "timestamp": 1}, 400, "INVALID_PARAMETER_VALUE", "Missing value for required parameter 'key'."),
    ("POST", "runs/log-metric", {"run_id": RUN, "key": "m", "timestamp": 1}, 400, "INVALID_PARAMETER_VALUE", "Missing value for required parameter 'value'."),
    ("POST", "runs/log-metric", {"run_id": RUN, "key": "m", "value": 1}, 400, "INVALID_PARAMETER_VALUE", "Missing value for required parameter 'timestamp'."),
    ("POST", "runs/log-metric", {"run_id": RUN, "key": "m", "value": "seven", "timestamp": 1}, 400, "INVALID_PARAMETER_VALUE", ""),
    ("POST", "runs/log-metric", {"run_id": RUN, "key": "m", "value": None, "timestamp": 1}, 400, "INVALID_PARAMETER_VALUE", ""),
    ("POST", "runs/log-metric", {"run_id": RUN, "key": "m", "value": 1, "timestamp": "now"}, 400, "INVALID_PARAMETER_VALUE", "Invalid value \"now\" for parameter 'timestamp' supplied"),
    ("POST", "runs/log-parameter", {"run_id": RUN, "value": "v"}, 400, "INVALID_PARAMETER_VALUE", "Missing value for required parameter 'key'."),
    ("POST", "runs/log-parameter", {"run_id": RUN, "key": 1, "value": "v"}, 400, "INVALID_PARAMETER_VALUE", "Invalid value 1 for parameter 'key' supplied"),
    ("POST", "runs/set-tag", {"run_id": RUN, "key": "k", "value": {}}, 400, "INVALID_PARAMETER_VALUE", "Invalid value {} for parameter 'value' supplied"),
    ("POST", "runs/log-batch", {"run_id": RUN, "metrics": "m"}, 400, "INVALID_PARAMETER_VALUE", "Invalid value \"m\" for parameter 'metrics' supplied"),
    ("POST", "runs/log-batch", {"run_id": RUN, "metrics": [{"value": 1, "timestamp": 1}]}, 400, "INVALID_PARAMETER_VALUE", "Missing value for required parameter 'metrics[0].key'"),
    ("POST", "runs/search", {"experiment_ids": "0"}, 400, "INVALID_PARAMETER_VALUE", "Invalid value \"0\" for parameter 'experiment_ids' supplied"),
    ("POST", "runs/search", {"experiment_ids": ["0"], "filter": 5}, 400, "INVALID_PARAMETER_VALUE", "Invalid value 5 for parameter 'filter' supplied"),
    ("GET", "metrics/get-history", {"run_id": RUN}, 400, "INVALID_PARAMETER_VALUE", "Missing value for required parameter 'metric_key'."),
    ("GET", "artifacts/list", {"run_id": "0" * 32}, 404, "RESOURCE_DOES_NOT_EXIST", f"Run with id={'0' * 32} not found"),
    ("POST", "registered-models/create", {}, 400, "INVALID_PARAMETER_VALUE", "Missing value for required parameter 'name'."),
    ("GET", "registered-models/get", {"name": "no such model"}, 404, "RESOURCE_DOES_NOT_EXIST", "Registered Model with name=no such model not found"),
    ("POST", "registered-models/set-tag", {"name": "x", "value": "v"}, 400, "INVALID_PARAMETER_VALUE", "Missing value for required parameter 'key'."),
    ("GET", "registered-models/alias", {"name": "no such model", "alias": "a"}, 404, "RESOURCE_DOES_NOT_EXIST", ""),
    ("POST", "model-versions/create", {"name": "x"}, 400, "INVALID_PARAMETER_VALUE", "Missing value for required parameter 'source'."),
    ("GET", "model-versions/get", {"name": "no such model", "version": "1"}, 404, "RESOURCE_DOES_NOT_EXIST", "Model Version (name=no such model, version=1) not found"),
    ("GET", "model-versions/get", {"name": "x", "version": "one"}, 400, "INVALID_PARAMETER_VALUE", ""),
    ("POST", "model-versions/transition-stage", {"name": "x", "version": "1", "stage": "Production"}, 404, "RESOURCE_DOES_NOT_EXIST", ""),
]


@pytest.fixture(scope="module")
def any_run(client):
    return client.create_run("0").info.run_id


@pytest.mark.parametrize(("method", "path", "body", "status", "code", "text"), TABLE)
def test_refusals(api, any_run, method, path, body, status, code, text):
    filled = {key: any_run if value == RUN else value for key, value in body.items()}
    answer = api.refused(method, path, filled)
    assert answer[:2] == (status, code)
    assert text in answer[2]
    # What the browser asks is answered in the same words.
    assert api.refused(method, path, filled, prefix="/ajax-api/2.0/mlflow/") == answer


def test_a_body_that_is_no_json_is_refused(api):
    for body in ("{", "{'name': 1}"):
        response = api.session.post(
            f"{api.address}/api/2.0/mlflow/experiments/create", data=body, headers={"content-type": "application/json"}
        )
        assert (response.status_code, response.json()["error_code"]) in ((400, "INVALID_PARAMETER_VALUE"), (400, "BAD_REQUEST")), body


def test_what_is_not_there_is_a_404(api):
    assert api.call("GET", "nowhere").status_code == 404
    assert api.call("POST", "runs/nowhere", {}).status_code == 404


def test_unknown_fields_are_ignored(api, run):
    api.ok("POST", "runs/set-tag", {"run_id": run, "key": "k", "value": "v", "unknown": {"a": [1]}})


def test_numbers_may_come_as_text(api, run):
    api.ok("POST", "runs/log-metric", {"run_id": run, "key": "m", "value": 1, "timestamp": "1000", "step": "7"})
    (point,) = api.ok("GET", "metrics/get-history", {"run_id": run, "metric_key": "m"})["metrics"]
    assert point == {"key": "m", "value": 1.0, "timestamp": 1000, "step": 7}


def test_health_and_version(api):
    assert api.session.get(f"{api.address}/health").text == "OK"
    assert api.session.get(f"{api.address}/version").text == "3.18.0"
