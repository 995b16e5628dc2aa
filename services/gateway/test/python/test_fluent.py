"""The fluent API, as scripts and notebooks use it."""

import time

import mlflow
import pytest
from mlflow.exceptions import MlflowException


def test_a_run_of_a_with_block_ends_well(client, experiment):
    with mlflow.start_run(run_name="first", tags={"kind": "demo"}, description="what it is") as run:
        mlflow.log_param("lr", 0.1)
        mlflow.log_params({"depth": 3, "trees": 100})
        mlflow.log_metric("auc", 0.8, step=0)
        mlflow.log_metrics({"loss": 0.5, "f1": 0.25}, step=3)
        mlflow.set_tag("note", "n")
        mlflow.set_tags({"a": 1, "b": 2})
    found = client.get_run(run.info.run_id)
    assert found.info.status == "FINISHED"
    assert found.info.end_time >= found.info.start_time
    assert found.data.params == {"lr": "0.1", "depth": "3", "trees": "100"}
    assert found.data.metrics == {"auc": 0.8, "loss": 0.5, "f1": 0.25}
    own = {key: value for key, value in found.data.tags.items() if not key.startswith("mlflow.")}
    assert own == {"kind": "demo", "note": "n", "a": "1", "b": "2"}
    assert found.data.tags["mlflow.note.content"] == "what it is"


def test_a_run_of_a_block_that_throws_has_failed(client, experiment):
    with pytest.raises(ZeroDivisionError), mlflow.start_run() as run:
        mlflow.log_metric("m", 1 / 0)
    assert client.get_run(run.info.run_id).info.status == "FAILED"


def test_a_run_is_gone_on_with_by_its_id(client, experiment):
    with mlflow.start_run() as first:
        mlflow.log_metric("m", 1, step=1)
    with mlflow.start_run(run_id=first.info.run_id) as again:
        assert client.get_run(again.info.run_id).info.status == "RUNNING"
        mlflow.log_metric("m", 2, step=2)
    found = client.get_run(first.info.run_id)
    assert (found.info.status, found.data.metrics["m"]) == ("FINISHED", 2)


def test_set_experiment_makes_one_and_finds_it_again(client, unique):
    name = unique("exp")
    made = mlflow.set_experiment(name)
    assert mlflow.set_experiment(name).experiment_id == made.experiment_id
    assert mlflow.set_experiment(experiment_id=made.experiment_id).name == name
    with mlflow.start_run() as run:
        pass
    assert client.get_run(run.info.run_id).info.experiment_id == made.experiment_id


def test_set_experiment_refuses_a_deleted_one(client, unique):
    name = unique("exp")
    client.delete_experiment(client.create_experiment(name))
    with pytest.raises(MlflowException, match="deleted experiment"):
        mlflow.set_experiment(name)


def test_search_runs_gives_a_table(experiment):
    for index in range(3):
        with mlflow.start_run(run_name=f"run {index}"):
            mlflow.log_param("index", index)
            mlflow.log_metric("m", index / 10)
    table = mlflow.search_runs([experiment], filter_string="metrics.m > 0.05", order_by=["metrics.m DESC"])
    assert list(table["tags.mlflow.runName"]) == ["run 2", "run 1"]
    assert list(table["params.index"]) == ["2", "1"]
    runs = mlflow.search_runs([experiment], output_format="list", max_results=1)
    assert [run.info.run_name for run in runs] == ["run 2"]


def test_search_runs_by_the_names_of_experiments(client, experiment):
    name = client.get_experiment(experiment).name
    with mlflow.start_run() as run:
        pass
    assert list(mlflow.search_runs(experiment_names=[name])["run_id"]) == [run.info.run_id]


def test_the_last_active_run_is_known(experiment):
    with mlflow.start_run() as run:
        assert mlflow.active_run().info.run_id == run.info.run_id
    assert mlflow.active_run() is None
    assert mlflow.last_active_run().info.run_id == run.info.run_id
    assert mlflow.get_run(run.info.run_id).info.status == "FINISHED"


def test_a_run_is_deleted_and_its_experiment_too(client, experiment):
    with mlflow.start_run() as run:
        pass
    mlflow.delete_run(run.info.run_id)
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "deleted"
    mlflow.delete_experiment(experiment)
    assert client.get_experiment(experiment).lifecycle_stage == "deleted"


def test_system_metrics_are_plain_metrics(client, experiment):
    with mlflow.start_run() as run:
        for step in range(3):
            mlflow.log_metrics({"system/cpu_utilization_percentage": step, "system/disk_usage_megabytes": 1.5}, step=step)
    assert client.get_run(run.info.run_id).data.metrics == {"system/cpu_utilization_percentage": 2, "system/disk_usage_megabytes": 1.5}


def test_a_run_is_accompanied_by_the_metrics_of_its_machine(client, experiment, monkeypatch):
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.1")
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING", "2")
    mlflow.enable_system_metrics_logging()
    try:
        with mlflow.start_run() as run:
            run_id = run.info.run_id
            mlflow.log_metric("loss", 0.5)
            deadline = time.monotonic() + 60
            while len(client.get_metric_history(run_id, "system/cpu_utilization_percentage")) < 2:
                assert time.monotonic() < deadline, client.get_run(run_id).data.metrics
                time.sleep(0.1)
    finally:
        mlflow.disable_system_metrics_logging()
    found = client.get_run(run_id)
    assert found.info.status == "FINISHED"
    assert found.data.metrics["loss"] == 0.5
    own = {key for key in found.data.metrics if key.startswith("system/")}
    assert own >= {
        "system/cpu_utilization_percentage",
        "system/disk_available_megabytes",
        "system/disk_usage_percentage",
        "system/network_receive_megabytes",
        "system/network_transmit_megabytes",
        "system/system_memory_usage_megabytes",
        "system/system_memory_usage_percentage",
    }
    assert 0 < found.data.metrics["system/system_memory_usage_percentage"] <= 100
    steps = [point.step for point in client.get_metric_history(run_id, "system/disk_usage_megabytes")]
    assert steps == list(range(len(steps)))
