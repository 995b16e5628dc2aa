"""Runs: create, read, end, rename, delete, restore, tags, nesting."""

import mlflow
import pytest
from mlflow.entities import RunStatus, ViewType
from refusals import code_of, text_of


def test_a_new_run_is_read_back(client, experiment):
    created = client.create_run(experiment, start_time=1234, tags={"kind": "demo"}, run_name="first")
    run = client.get_run(created.info.run_id)
    assert len(run.info.run_id) == 32
    assert (run.info.run_name, run.info.status, run.info.start_time, run.info.end_time) == ("first", "RUNNING", 1234, None)
    assert (run.info.experiment_id, run.info.lifecycle_stage) == (experiment, "active")
    assert run.info.artifact_uri == f"mlflow-artifacts:/{experiment}/{run.info.run_id}/artifacts"
    assert (run.data.tags["kind"], run.data.tags["mlflow.runName"]) == ("demo", "first")


def test_a_run_without_a_name_gets_one(client, run):
    info = client.get_run(run)
    assert info.info.run_name
    assert info.data.tags["mlflow.runName"] == info.info.run_name


def test_a_run_in_no_experiment_is_refused(client):
    assert code_of(client.create_run, "987654321") == "RESOURCE_DOES_NOT_EXIST"


def test_an_unknown_run_does_not_exist(client):
    assert code_of(client.get_run, "0" * 32) == "RESOURCE_DOES_NOT_EXIST"
    assert text_of(client.get_run, "0" * 32) == f"RESOURCE_DOES_NOT_EXIST: Run with id={'0' * 32} not found"


@pytest.mark.parametrize("status", ["FINISHED", "FAILED", "KILLED"])
def test_a_run_ends_in_a_status(client, run, status):
    client.set_terminated(run, status, end_time=99_000)
    info = client.get_run(run).info
    assert (info.status, info.end_time) == (status, 99_000)


def test_an_ended_run_goes_on_when_it_is_updated(client, run):
    client.set_terminated(run)
    client.update_run(run, status=RunStatus.to_string(RunStatus.RUNNING))
    assert client.get_run(run).info.status == "RUNNING"


def test_a_run_is_renamed_by_update_and_by_tag(client, run):
    client.update_run(run, name="second")
    found = client.get_run(run)
    assert (found.info.run_name, found.data.tags["mlflow.runName"]) == ("second", "second")
    client.set_tag(run, "mlflow.runName", "third")
    assert client.get_run(run).info.run_name == "third"


def test_tags_are_set_changed_and_deleted(client, run):
    client.set_tag(run, "note", "it's ü")
    client.set_tag(run, "note", "other")
    assert client.get_run(run).data.tags["note"] == "other"
    client.delete_tag(run, "note")
    assert "note" not in client.get_run(run).data.tags
    assert code_of(client.delete_tag, run, "note") == "RESOURCE_DOES_NOT_EXIST"


def test_tags_are_kept_as_text(client, run):
    client.set_tag(run, "number", 5)
    client.set_tag(run, "empty", "")
    tags = client.get_run(run).data.tags
    assert (tags["number"], tags["empty"]) == ("5", "")


def test_a_deleted_run_is_hidden_until_it_is_restored(client, experiment, run):
    client.delete_run(run)
    assert client.search_runs([experiment]) == []
    assert client.get_run(run).info.lifecycle_stage == "deleted"
    assert [r.info.run_id for r in client.search_runs([experiment], run_view_type=ViewType.DELETED_ONLY)] == [run]
    client.restore_run(run)
    assert [r.info.run_id for r in client.search_runs([experiment])] == [run]


@pytest.mark.parametrize("write", ["log_metric", "log_param", "set_tag"])
def test_a_deleted_run_takes_no_writes(client, run, write):
    client.delete_run(run)
    assert code_of(getattr(client, write), run, "key", 1) == "INVALID_PARAMETER_VALUE"
    assert "must be in the 'active' state" in text_of(getattr(client, write), run, "key", 1)


def test_runs_of_a_deleted_experiment_are_deleted_and_come_back_with_it(client, experiment, run):
    client.delete_experiment(experiment)
    assert client.get_run(run).info.lifecycle_stage == "deleted"
    client.restore_experiment(experiment)
    assert client.get_run(run).info.lifecycle_stage == "active"


def test_nested_runs_know_their_parent(client, experiment):
    with mlflow.start_run(run_name="parent") as parent:
        children = []
        for index in range(3):
            with mlflow.start_run(run_name=f"child {index}", nested=True) as child:
                mlflow.log_metric("m", index)
                children.append(child.info.run_id)
    assert client.get_parent_run(children[0]).info.run_id == parent.info.run_id
    assert client.get_parent_run(parent.info.run_id) is None
    found = client.search_runs([experiment], f"tags.mlflow.parentRunId = '{parent.info.run_id}'", order_by=["metrics.m"])
    assert [r.info.run_id for r in found] == children


def test_the_user_who_asks_is_the_runs_user(client, experiment):
    run = client.create_run(experiment, tags={"mlflow.user": "grace"})
    assert client.get_run(run.info.run_id).data.tags["mlflow.user"] == "grace"
    assert client.get_run(run.info.run_id).info.user_id == "grace"
