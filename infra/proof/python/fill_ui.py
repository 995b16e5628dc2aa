"""Logs runs with params, metrics, datasets and files with the stock mlflow client, and registers two of them as versions.

    python fill_ui.py '{"gateway": URL, "experiment": NAME, "model": NAME, "runs": 5, "points": 60}'
"""

import json
import math
import os
import sys

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")

import mlflow
import pandas
from mlflow import MlflowClient
from mlflow.entities import Metric

wanted = json.loads(sys.argv[1])
mlflow.set_tracking_uri(wanted["gateway"])
mlflow.set_registry_uri(wanted["gateway"])
client = MlflowClient()
experiment_id = client.create_experiment(wanted["experiment"], tags={"team": "risk"})
mlflow.set_experiment(wanted["experiment"])
rides = mlflow.data.from_pandas(pandas.DataFrame({"distance": [1.0, 2.0], "late": [0, 1]}), name="rides", targets="late")
runs = []
for number in range(wanted["runs"]):
    with mlflow.start_run(run_name=f"attempt-{number}") as run:
        mlflow.log_params({"rate": 0.1 * (number + 1), "depth": number + 2, "kind": ["linear", "tree", "boosted"][number % 3]})
        if number % 2 == 0:
            mlflow.log_param("penalty", 10.0**-number)
        points = range(wanted["points"])
        start = run.info.start_time
        metrics = [Metric("loss", math.exp(-step / 20) + number / 10, start + step, step) for step in points]
        metrics += [Metric("auc", 1 - math.exp(-step / 15) / 2 - number / 50, start + step, step) for step in points]
        for begin in range(0, len(metrics), 1000):
            client.log_batch(run.info.run_id, metrics=metrics[begin : begin + 1000])
        mlflow.log_input(rides, context="training")
        mlflow.log_dict({"number": number}, "model/settings.json")
        mlflow.log_text("flavors: {}\n", "model/MLmodel")
        mlflow.log_text("what was tried", "notes.txt")
        runs.append({"id": run.info.run_id, "name": f"attempt-{number}"})
client.create_registered_model(wanted["model"], description="Made to be looked at")
for run in runs[:2]:
    client.create_model_version(wanted["model"], f"runs:/{run['id']}/model", run_id=run["id"])
client.set_registered_model_alias(wanted["model"], "champion", "1")
result = {"experiment": wanted["experiment"], "experimentId": experiment_id, "runs": runs, "model": wanted["model"]}
print(json.dumps(result))
