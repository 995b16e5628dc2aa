"""Datasets as the inputs of runs."""

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow.entities import Dataset, DatasetInput, InputTag


@pytest.fixture
def frame():
    return pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"], "label": [0, 1]})


def test_a_table_is_an_input_with_its_schema(client, experiment, frame):
    data = mlflow.data.from_pandas(frame, source="https://example.com/data.csv", name="train", targets="label")
    with mlflow.start_run() as run:
        mlflow.log_input(data, context="training", tags={"split": "1"})
    (logged,) = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert (logged.dataset.name, logged.dataset.digest, logged.dataset.source_type) == ("train", data.digest, "http")
    assert {tag.key: tag.value for tag in logged.tags} == {"mlflow.data.context": "training", "split": "1"}
    assert '"name": "label"' in logged.dataset.schema
    assert '"num_rows": 2' in logged.dataset.profile
    source = mlflow.data.get_source(logged)
    assert source.url == "https://example.com/data.csv"


def test_arrays_are_inputs_too_and_a_repeat_is_one(client, experiment):
    data = mlflow.data.from_numpy(np.arange(6).reshape(3, 2), name="array")
    with mlflow.start_run() as run:
        mlflow.log_input(data, context="training")
        mlflow.log_input(data, context="training")
        mlflow.log_input(mlflow.data.from_numpy(np.arange(4), name="other"), context="test")
    inputs = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert sorted(logged.dataset.name for logged in inputs) == ["array", "other"]


@pytest.fixture(scope="module")
def logged(client, unique):
    """Three runs with a dataset each; the last has none."""
    experiment_id = client.create_experiment(unique("datasets"))
    for index, (name, context) in enumerate((("train", "training"), ("train", "eval"), ("holdout", "eval"), (None, None))):
        run = client.create_run(experiment_id, run_name=f"run {index}", start_time=1000 + index)
        if name is not None:
            dataset = Dataset(name=name, digest=f"digest{index}", source_type="local", source="{}", schema="{}", profile="{}")
            client.log_inputs(run.info.run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", context)])])
    return experiment_id


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("dataset.name = 'train'", "01"),
        ("datasets.name LIKE 'hold%'", "2"),
        ("dataset.name ILIKE 'TRAIN'", "01"),
        ("dataset.digest = 'digest1'", "1"),
        ("dataset.digest IN ('digest0', 'digest2')", "02"),
        ("dataset.context = 'eval'", "12"),
        ("dataset.context = 'eval' AND dataset.name = 'train'", "1"),
        ("dataset.name = 'nobody'", ""),
    ],
)
def test_runs_are_found_by_their_datasets(client, logged, clause, expected):
    found = client.search_runs([logged], clause, order_by=["start_time ASC"])
    assert "".join(run.info.run_name[-1] for run in found) == expected


def test_what_is_found_carries_its_inputs(client, logged):
    (run,) = client.search_runs([logged], "dataset.name = 'holdout'")
    (found,) = run.inputs.dataset_inputs
    assert (found.dataset.name, found.dataset.digest) == ("holdout", "digest2")
