"""Fills an MLflow server by its own client, and compares two servers through it. Prints one line of JSON."""

import hashlib
import json
import math
import os
import re
import sys
import tempfile

os.environ["MLFLOW_ENABLE_ASYNC_TRACE_LOGGING"] = "false"

import mlflow
import numpy as np
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag, ViewType

RUNS = 12
POINTS = 2000
GENERATION = int(mlflow.__version__.split(".")[0])


def fill(url):
    mlflow.set_tracking_uri(url)
    client = MlflowClient()
    mlflow.set_experiment("churn")
    client.set_experiment_tag(mlflow.get_experiment_by_name("churn").experiment_id, "team", "growth ü")
    with mlflow.start_run(run_name="parent") as parent:
        parent_id = parent.info.run_id
        mlflow.log_input(mlflow.data.from_numpy(np.array([1.0, 2.0]), name="table"), context="training")
        client.log_batch(
            parent_id,
            params=[Param(f"p{n}", str(n)) for n in range(100)],
            tags=[RunTag("note", "it's ü\n'quoted'")],
        )
        client.log_batch(parent_id, params=[Param("more", "1")])
        for start in range(0, POINTS, 1000):
            points = [Metric("loss", 1 / (n + 1), 1_700_000_000_000 + n, n) for n in range(start, start + 1000)]
            client.log_batch(parent_id, metrics=points)
        values = [float("nan"), 0.5, -3.25, float("inf"), 1e-300]
        client.log_batch(parent_id, metrics=[Metric("odd", v, 1_700_000_000_000, -n) for n, v in enumerate(values)])
        for n in range(2):
            with mlflow.start_run(run_name=f"child {n}", nested=True):
                mlflow.log_metric("auc", 0.5 + n / 10)
        with tempfile.TemporaryDirectory() as folder:
            os.makedirs(f"{folder}/deep/er")
            with open(f"{folder}/deep/er/a b%20#.txt", "w") as file:
                file.write("hello ü")
            with open(f"{folder}/empty", "w"):
                pass
            with open(f"{folder}/big.bin", "wb") as file:
                file.write(os.urandom(3_000_000))
            mlflow.log_artifacts(folder, "files")
        model_uri = log_model()
        log_traces(client, 3)
    alone = log_traces(client, 1)
    if GENERATION >= 3:
        client.link_traces_to_run(alone, parent_id)
    for n in range(RUNS):
        run = client.create_run(mlflow.get_experiment_by_name("churn").experiment_id, run_name=f"small {n}")
        client.log_metric(run.info.run_id, "m", n, step=n)
        client.set_terminated(run.info.run_id, "FAILED" if n % 2 else "FINISHED")
        if n == 3:
            client.delete_run(run.info.run_id)
    client.create_run("0", run_name="in default")
    gone = client.create_experiment("abandoned", tags={"why": "no"})
    client.log_param(client.create_run(gone, run_name="last").info.run_id, "a", "b")
    client.delete_experiment(gone)
    register(client, parent_id, model_uri)
    return {"parent": parent_id}


def log_model():
    from sklearn.linear_model import LinearRegression

    model = LinearRegression().fit([[0.0], [1.0], [2.0]], [0.0, 2.0, 4.0])
    if GENERATION < 3:
        return mlflow.sklearn.log_model(model, artifact_path="model", pip_requirements=["scikit-learn"]).model_uri
    info = mlflow.sklearn.log_model(model, name="model", pip_requirements=["scikit-learn"], serialization_format="pickle")
    return mlflow.get_logged_model(info.model_id).model_uri


def log_traces(client, count):
    @mlflow.trace(span_type="TOOL", attributes={"k": 3, "share": 0.1, "on": True, "list": [1, "ü"]})
    def look_up(question):
        if question == "question 1":
            raise ValueError("not found")
        return {"answer": question.upper(), "picture": picture()}

    def picture():
        if GENERATION < 3:
            return None
        from mlflow.tracing.attachments import Attachment

        return Attachment(content_bytes=b"\x00\x01 a picture", content_type="image/png")

    @mlflow.trace(name="answer")
    def answer(question):
        mlflow.update_current_trace(tags={"tier": "gold ü"})
        if GENERATION >= 3:
            mlflow.update_current_trace(metadata={"mlflow.trace.session": "s-1"}, client_request_id=f"request {question}")
        return look_up(question)

    ids = []
    for n in range(count):
        try:
            answer(f"question {n}")
        except ValueError:
            pass
        ids.append(mlflow.get_last_active_trace().info.request_id if GENERATION < 3 else mlflow.get_last_active_trace_id())
    if GENERATION >= 3:
        mlflow.log_feedback(trace_id=ids[0], name="good", value=0.5, rationale="nearly")
        mlflow.log_expectation(trace_id=ids[0], name="expected", value={"answer": "QUESTION"})
    client.set_trace_tag(ids[0], "seen", "by ada")
    return ids


def register(client, run_id, model_uri):
    client.create_registered_model("churn-model", tags={"owner": "ada"}, description="who leaves")
    of_model = {"model_id": model_uri.removeprefix("models:/")} if GENERATION >= 3 else {}
    source = mlflow.get_logged_model(of_model["model_id"]).artifact_location if of_model else model_uri
    for n in range(1, 5):
        client.create_model_version("churn-model", source, run_id, tags={"n": str(n)}, description=f"number {n}", **of_model)
    client.delete_model_version("churn-model", "2")
    client.transition_model_version_stage("churn-model", "1", "Production")
    client.transition_model_version_stage("churn-model", "3", "Archived")
    client.set_registered_model_alias("churn-model", "champion", "4")
    client.create_registered_model("guarded")
    client.create_model_version("guarded", f"runs:/{run_id}/files", run_id)
    client.set_registered_model_alias("guarded", "champion", "1")
    client.copy_model_version("models:/churn-model/4", "a-copy")
    if GENERATION >= 3:
        mlflow.genai.register_prompt("greeting", "Hello {{name}}", commit_message="first")


def plain(value):
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in sorted(value.items())}
    return [plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def files(listed, download):
    found = {}
    folders = [None]
    while folders:
        for file in listed(folders.pop()):
            if file.is_dir:
                folders.append(file.path)
            else:
                with open(download(file.path), "rb") as content:
                    found[file.path] = hashlib.sha256(content.read()).hexdigest()
    return found


def run_of(client, run):
    data = run.to_dictionary()
    info, run_id = data["info"], run.info.run_id
    with tempfile.TemporaryDirectory() as folder:
        artifacts = files(
            lambda path: client.list_artifacts(run_id, path), lambda path: client.download_artifacts(run_id, path, folder)
        )
    return {
        "info": {key: value for key, value in info.items()},
        "data": data["data"],
        "inputs": [[i.dataset.to_dictionary(), sorted((t.key, t.value) for t in i.tags)] for i in run.inputs.dataset_inputs],
        "outputs": [o.model_id for o in run.outputs.model_outputs] if GENERATION >= 3 and run.outputs else [],
        "histories": {
            key: [(p.timestamp, p.step, p.value) for p in client.get_metric_history(run_id, key)]
            for key in data["data"]["metrics"]
        },
        "artifacts": artifacts,
    }


def model_of(client, model):
    versions = client.search_model_versions(f"name='{model.name}'")
    return {
        "description": model.description,
        "tags": model.tags,
        "aliases": {alias: str(version) for alias, version in model.aliases.items()},
        "times": [model.creation_timestamp, model.last_updated_timestamp],
        "versions": {
            v.version: [v.source, v.run_id, v.description, v.current_stage, v.tags]
            + [getattr(v, "model_id", None), v.creation_timestamp, v.last_updated_timestamp]
            for v in versions
        },
    }


def trace_of(trace):
    info = trace.info.to_dict()
    # Neither server says an order of them.
    info["assessments"] = sorted(info.get("assessments") or [], key=lambda one: one["assessment_id"])
    # Each server has its own folder for files.
    tags = {key: value for key, value in trace.info.tags.items() if key != "mlflow.artifactLocation"}
    spans = [span.to_dict() for span in trace.data.spans]
    return {**info, "tags": tags, "spans": spans, "attachments": attachments_of(json.dumps(spans), trace.info)}


def attachments_of(spans, info):
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    ids = sorted(set(re.findall(r"mlflow-attachment://([\w-]+)", spans)))
    folder = get_artifact_repository(info.tags["mlflow.artifactLocation"])
    return {one: folder.download_trace_attachment(one).hex() for one in ids}


def traces_of_parent(client, ids):
    if GENERATION < 3:
        return {}
    # Of the one that others were linked to: each search takes its time.
    run = client.search_runs(ids, "tags.mlflow.runName = 'parent'")[0]
    traces = client.search_traces(
        locations=[run.info.experiment_id], run_id=run.info.run_id, include_spans=False, max_results=100
    )
    return {run.info.run_id: sorted(trace.info.trace_id for trace in traces)}


def logged_models(client, ids):
    if GENERATION < 3:
        return {}
    return {
        m.model_id: [m.name, str(m.status), m.creation_timestamp, m.source_run_id, m.params, m.model_type]
        + [sorted(key for key in m.tags if key != "mlflow.modelVersions")]
        + [sorted(i.path for i in client.list_logged_model_artifacts(m.model_id))]
        for m in client.search_logged_models(ids)
    }


def prompt():
    if GENERATION < 3:
        return []
    found = mlflow.genai.load_prompt("prompts:/greeting/1")
    return [found.template, found.version, found.commit_message]


def dump(url):
    mlflow.set_tracking_uri(url)
    mlflow.set_registry_uri(url)
    client = MlflowClient()
    experiments = {e.name: e for e in client.search_experiments(view_type=ViewType.ALL)}
    ids = [e.experiment_id for e in experiments.values()]
    traces = client.search_traces(ids, max_results=100)
    return plain({
        "traces": {trace.info.request_id if GENERATION < 3 else trace.info.trace_id: trace_of(trace) for trace in traces},
        "traces of the parent": traces_of_parent(client, ids),
        "experiments": {
            name: [e.experiment_id, e.artifact_location, e.lifecycle_stage, e.tags] + ([e.creation_time] if name != "Default" else [])
            for name, e in experiments.items()
        },
        "runs": {r.info.run_id: run_of(client, r) for r in client.search_runs(ids, run_view_type=ViewType.ALL)},
        "logged models": logged_models(client, ids),
        "models": {
            m.name: model_of(client, m) for m in client.search_registered_models() if m.name in ("churn-model", "a-copy", "guarded")
        },
        "prompt": prompt(),
        "predictions": list(mlflow.sklearn.load_model("models:/churn-model@champion").predict([[3.0]])),
    })


def differences(a, b, path=""):
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted({*a, *b}):
            yield from differences(a.get(key), b.get(key), f"{path}/{key}")
    elif a != b:
        yield f"{path}: {str(a)[:300]} there, {str(b)[:300]} here"


if __name__ == "__main__":
    step, *urls = sys.argv[1:]
    if step == "fill":
        result = fill(urls[0])
    else:
        there, here = dump(urls[0]), dump(urls[1])
        counts = {what: len(there[what]) for what in ("runs", "traces")}
        result = {**counts, "differences": list(differences(there, here))}
    print("RESULT " + json.dumps(result))
