"""What all tests of the client share. They need nothing but MLFLOW_TRACKING_URI, and leave only names of their own behind."""

import os

for name, value in {
    "DO_NOT_TRACK": "true",
    "GIT_PYTHON_REFRESH": "quiet",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    # Guessing a model's packages imports it in another process; after a second the flavour's own list is taken.
    "MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT": "1",
    "MLFLOW_TRACKING_USERNAME": "ada",
    "MLFLOW_TRACKING_PASSWORD": "x",
    "MPLBACKEND": "agg",
}.items():
    os.environ.setdefault(name, value)

import uuid

import mlflow
import pytest
from api import Api
from mlflow import MlflowClient


@pytest.fixture(scope="session")
def client():
    return MlflowClient()


@pytest.fixture(scope="session")
def api():
    return Api(os.environ["MLFLOW_TRACKING_URI"])


@pytest.fixture(scope="session")
def unique():
    """Names that no other test and no earlier run has used."""
    return lambda stem: f"{stem}-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def experiment(client, unique):
    """The id of an experiment of the test's own, which is the current one of the fluent API too."""
    name = unique("exp")
    experiment_id = client.create_experiment(name)
    mlflow.set_experiment(name)
    yield experiment_id
    while mlflow.active_run() is not None:
        mlflow.end_run()


@pytest.fixture
def run(client, experiment):
    """The id of a run of the test's own."""
    return client.create_run(experiment).info.run_id
