"""Logged models of MLflow 3: created, finished, tagged, searched, tied to runs, deleted."""

import mlflow
import pytest
from mlflow.entities import LoggedModelOutput, LoggedModelParameter, LoggedModelStatus, Metric
from refusals import code_of


def test_a_logged_model_is_created_finished_and_read_back(client, experiment, run):
    made = client.create_logged_model(
        experiment, name="net", source_run_id=run, model_type="agent", tags={"a": "b"}, params={"depth": "3"}
    )
    assert made.model_id.startswith("m-")
    assert made.status == LoggedModelStatus.PENDING
    client.finalize_logged_model(made.model_id, LoggedModelStatus.READY)
    found = client.get_logged_model(made.model_id)
    assert (found.name, found.experiment_id, found.source_run_id, found.model_type) == ("net", experiment, run, "agent")
    assert (found.status, found.params, found.tags["a"]) == (LoggedModelStatus.READY, {"depth": "3"}, "b")
    assert found.artifact_location == f"mlflow-artifacts:/{experiment}/models/{made.model_id}/artifacts"


def test_a_logged_model_without_a_name_gets_one(client, experiment):
    assert client.create_logged_model(experiment).name


def test_an_unknown_logged_model_does_not_exist(client):
    assert code_of(client.get_logged_model, "m-" + "0" * 32) == "RESOURCE_DOES_NOT_EXIST"


def test_params_and_tags_are_added_and_tags_deleted(client, experiment):
    model = client.create_logged_model(experiment, name="net")
    client.log_model_params(model.model_id, {"p": "1"})
    client.set_logged_model_tags(model.model_id, {"a": "1", "b": "2"})
    client.delete_logged_model_tag(model.model_id, "a")
    found = client.get_logged_model(model.model_id)
    assert found.params == {"p": "1"}
    assert {key: value for key, value in found.tags.items() if not key.startswith("mlflow.")} == {"b": "2"}


def test_a_deleted_logged_model_is_gone(client, experiment):
    model = client.create_logged_model(experiment, name="net")
    client.delete_logged_model(model.model_id)
    assert code_of(client.get_logged_model, model.model_id) == "RESOURCE_DOES_NOT_EXIST"
    assert client.search_logged_models([experiment]) == []


def test_artifacts_of_a_logged_model(client, experiment, tmp_path):
    model = client.create_logged_model(experiment, name="net")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "weights.bin").write_bytes(b"w")
    client.log_model_artifacts(model.model_id, str(tmp_path))
    listed = mlflow.artifacts.list_artifacts(artifact_uri=f"{model.artifact_location}/sub")
    assert [file.path for file in listed] == ["sub/weights.bin"]
    down = mlflow.artifacts.download_artifacts(f"models:/{model.model_id}")
    assert open(f"{down}/sub/weights.bin", "rb").read() == b"w"


def test_metrics_of_a_run_may_be_those_of_a_model(client, experiment):
    with mlflow.start_run() as run:
        model = mlflow.initialize_logged_model(name="net", source_run_id=run.info.run_id)
        mlflow.log_metric("auc", 0.9, step=1, model_id=model.model_id)
    (metric,) = client.get_logged_model(model.model_id).metrics
    assert (metric.key, metric.value, metric.step, metric.run_id) == ("auc", 0.9, 1, run.info.run_id)


def test_models_are_outputs_of_runs(client, experiment, run):
    model = client.create_logged_model(experiment, name="net", source_run_id=run)
    client.log_outputs(run, [LoggedModelOutput(model.model_id, step=4)])
    (output,) = client.get_run(run).outputs.model_outputs
    assert (output.model_id, output.step) == (model.model_id, 4)


@pytest.fixture(scope="module")
def models(client, unique):
    """Four models with a metric each, known by their names."""
    experiment_id = client.create_experiment(unique("models"))
    run = client.create_run(experiment_id).info.run_id
    for index, name in enumerate("abcd"):
        model = client.create_logged_model(
            experiment_id, name=name, source_run_id=run, model_type="agent" if index < 2 else "net", params={"n": str(index)}, tags={"t": str(index % 2)}
        )
        client.log_batch(run, metrics=[Metric("auc", index / 10, 1, 0, model_id=model.model_id, run_id=run)])
        if index != 3:
            client.finalize_logged_model(model.model_id, LoggedModelStatus.READY)
    return experiment_id, run


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        (None, "abcd"),
        ("name = 'a'", "a"),
        ("name != 'a'", "bcd"),
        ("name LIKE '%b%'", "b"),
        ("name ILIKE 'C'", "c"),
        ("params.n = '2'", "c"),
        ("tags.t = '1'", "bd"),
        ("metrics.auc >= 0.2", "cd"),
        ("metrics.auc < 0.2 AND tags.t = '0'", "a"),
        ("model_type = 'agent'", "ab"),
        ("status = 'READY'", "abc"),
        ("creation_timestamp > 0", "abcd"),
    ],
)
def test_filters(client, models, clause, expected):
    found = client.search_logged_models([models[0]], filter_string=clause)
    assert "".join(sorted(model.name for model in found)) == expected


def test_filters_by_source_run(client, models):
    experiment_id, run = models
    assert len(client.search_logged_models([experiment_id], filter_string=f"source_run_id = '{run}'")) == 4


def test_orders_and_pages(client, models):
    experiment_id, _ = models
    by_metric = [{"field_name": "metrics.auc", "ascending": False}]
    assert "".join(m.name for m in client.search_logged_models([experiment_id], order_by=by_metric)) == "dcba"
    by_name = [{"field_name": "name", "ascending": True}]
    first = client.search_logged_models([experiment_id], order_by=by_name, max_results=3)
    second = client.search_logged_models([experiment_id], order_by=by_name, max_results=3, page_token=first.token)
    assert "".join(m.name for m in [*first, *second]) == "abcd"


@pytest.mark.parametrize("clause", ["params.n > 'x'", "name >"])
def test_searches_that_are_refused(client, models, clause):
    assert code_of(client.search_logged_models, [models[0]], filter_string=clause) == "INVALID_PARAMETER_VALUE"


def test_the_table_of_logged_models(models):
    table = mlflow.search_logged_models(experiment_ids=[models[0]], order_by=[{"field_name": "name"}])
    assert sorted(table["name"]) == list("abcd")
    assert mlflow.search_logged_models(experiment_ids=[models[0]], output_format="list", max_results=1)


def test_a_version_knows_its_logged_model(client, experiment, run, unique):
    model = client.create_logged_model(experiment, name="net", source_run_id=run)
    client.finalize_logged_model(model.model_id, LoggedModelStatus.READY)
    name = unique("model")
    version = mlflow.register_model(f"models:/{model.model_id}", name)
    assert (str(version.version), version.source) == ("1", f"models:/{model.model_id}")
    assert client.get_model_version(name, "1").source == f"models:/{model.model_id}"
