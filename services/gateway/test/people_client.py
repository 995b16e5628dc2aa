"""What the unmodified MLflow client does as somebody who may, and as somebody who may not.

Credentials are read from the environment with each request, as the client's users set them.
"""

import json
import os
import sys

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

known = json.loads(sys.argv[1])
CREDENTIALS = ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN")


def sign_in(**credentials):
    for name in CREDENTIALS:
        os.environ.pop(name, None)
    os.environ.update(credentials)


def write(experiment):
    mlflow.set_experiment(experiment_name=experiment)
    with mlflow.start_run() as run:
        mlflow.log_param("depth", 3)
        mlflow.log_text("hello", "note.txt")
    return {
        "names": [found.name for found in MlflowClient().search_experiments()],
        "text": mlflow.artifacts.load_text(f"{run.info.artifact_uri}/note.txt"),
    }


def refused(run_id):
    try:
        MlflowClient().log_metric(run_id, "auc", 1.0)
    except MlflowException as error:
        return error.error_code
    return None


sign_in(MLFLOW_TRACKING_USERNAME="root", MLFLOW_TRACKING_PASSWORD=known["password"])
by_password = write("by password")
sign_in(MLFLOW_TRACKING_TOKEN=known["nobody"])
by_key = write("by key")
sign_in(MLFLOW_TRACKING_TOKEN=known["viewer"])
result = {"by_password": by_password, "by_key": by_key, "refused": refused(known["run"])}
sign_in()
result["unknown"] = refused(known["run"])
print("RESULT " + json.dumps(result))
