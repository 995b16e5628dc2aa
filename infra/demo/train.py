"""Trains the demo's fraud detector with the stock mlflow client against the platform, and promotes it.

The only thing here that is not plain mlflow is training_rows(): one HTTP call that gives the vectors exactly as they were
served, with the outcomes that are known by now. Everything else would run against any MLflow server.

    MLFLOW_TRACKING_URI=http://127.0.0.1:8080 python infra/demo/train.py --gateway http://127.0.0.1:8080 \
        --feature-service fraud --model fraud-detector --from 2025-02-05T00:00:00Z --to 2025-02-28T00:00:00Z
"""

import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.request

# Before mlflow is imported: it asks the network about its own newest version otherwise.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")

NOT_FEATURES = {"eventId", "time", "label"}


def training_rows(args):
    """Rows of the training set as dicts: eventId, time, entity keys, label, and a column a feature in the service's order."""
    body = json.dumps(
        {
            "featureService": args.feature_service,
            "mode": "as-served",
            "from": args.from_time,
            "to": args.to_time,
            "labels": True,
        }
    ).encode()
    request = urllib.request.Request(
        f"{args.gateway}/api/v1/training-sets", data=body, headers={"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=300) as response:
        return [json.loads(line) for line in response if line.strip()]


def complete_training_rows(args):
    """History is stored a moment after it is served: asks again until the expected rows are there."""
    deadline = time.monotonic() + args.wait_seconds
    while True:
        try:
            rows = training_rows(args)
        except urllib.error.URLError as error:
            # Away for a moment, as it says itself; everything else is an answer.
            away = not isinstance(error, urllib.error.HTTPError) or error.code in (502, 503, 504)
            if not away or time.monotonic() > deadline:
                raise
            time.sleep(1)
            continue
        if len(rows) >= args.expect:
            return rows
        if time.monotonic() > deadline:
            raise SystemExit(f"the training set has {len(rows)} rows, {args.expect} were expected")
        time.sleep(1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gateway", required=True)
    parser.add_argument("--feature-service", required=True)
    parser.add_argument("--entities", default="customer,terminal", help="columns of the training set that are keys")
    parser.add_argument("--model", required=True)
    parser.add_argument("--experiment", default="card-fraud")
    parser.add_argument("--alias", default="champion")
    parser.add_argument("--from", dest="from_time", required=True)
    parser.add_argument("--to", dest="to_time", required=True)
    parser.add_argument("--expect", type=int, default=1)
    parser.add_argument("--wait-seconds", type=float, default=120)
    parser.add_argument("--trees", type=int, default=100)
    args = parser.parse_args()

    import lightgbm
    import mlflow
    import numpy
    import onnx
    import onnxruntime
    from mlflow.models import infer_signature
    from onnxmltools.convert import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType
    from sklearn.metrics import average_precision_score, roc_auc_score

    rows = complete_training_rows(args)
    keys = NOT_FEATURES | set(args.entities.split(","))
    features = [name for name in rows[0] if name not in keys]
    x = numpy.array([[numpy.nan if row[f] is None else float(row[f]) for f in features] for row in rows])
    y = numpy.array([row["label"] for row in rows])
    # Rows come in the order of time: the last fifth is the future that the model is judged by.
    split = int(len(rows) * 0.8)
    params = {"n_estimators": args.trees, "num_leaves": 15, "learning_rate": 0.05, "min_child_samples": 20, "random_state": 7}

    mlflow.set_tracking_uri(args.gateway)
    mlflow.set_registry_uri(args.gateway)
    mlflow.set_experiment(args.experiment)
    with mlflow.start_run() as run:
        mlflow.log_params({**params, "rows": len(rows), "features": len(features), "from": args.from_time, "to": args.to_time})
        mlflow.set_tag("feature_service", args.feature_service)
        judged = lightgbm.LGBMClassifier(**params, verbose=-1, n_jobs=2).fit(x[:split], y[:split])
        scores = judged.predict_proba(x[split:])[:, 1]
        auc = None
        if 0 < y[split:].sum() < len(y) - split:
            auc = float(roc_auc_score(y[split:], scores))
            mlflow.log_metrics({"auc": auc, "average_precision": float(average_precision_score(y[split:], scores))})
        mlflow.log_dict({"features": features}, "features.json")

        model = lightgbm.LGBMClassifier(**params, verbose=-1, n_jobs=2).fit(x, y)
        # zipmap off: probabilities as one tensor. A list of maps, the default, no runtime can batch.
        onnx_model = convert_lightgbm(
            model, initial_types=[("features", FloatTensorType([None, len(features)]))], zipmap=False, target_opset=15
        )
        sample = x[:5].astype(numpy.float32)
        signature = infer_signature(sample, model.predict_proba(x[:5]).astype(numpy.float32))
        mlflow.onnx.log_model(
            onnx_model,
            name="model",
            signature=signature,
            registered_model_name=args.model,
            # Given, because mlflow would load the model in another process to find them out.
            pip_requirements=[f"onnx=={onnx.__version__}", f"onnxruntime=={onnxruntime.__version__}"],
        )

    client = mlflow.MlflowClient()
    versions = client.search_model_versions(f"name = '{args.model}'")
    version = next(v.version for v in versions if v.run_id == run.info.run_id)
    client.set_registered_model_alias(args.model, args.alias, version)
    summary = {"version": str(version), "auc": auc, "rows": len(rows), "frauds": int(y.sum()), "runId": run.info.run_id}
    print(json.dumps(summary), flush=True)


if __name__ == "__main__":
    sys.exit(main())
