"""A hyperparameter sweep with the stock mlflow client and requests: any script in any language can be such a worker.

    python infra/demo/sweep.py define --server http://127.0.0.1:8080 --experiment rates    # prints the id of a sweep
    python infra/demo/sweep.py work 1 --server http://127.0.0.1:8080                       # as many of these as wanted

A worker asks for a trial, opens its run (the params are logged already), reports a loss after every step and heeds the answer. It may be killed at
any time: its trial is given to another worker. What is trained here is a made-up network whose loss is known, so that it takes no time.
"""

import argparse
import json
import math
import os
import random
import socket
import time
import uuid

# Before mlflow is imported: it asks the network about its own newest version otherwise.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")

import mlflow
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

SPACE = {
    "learning_rate": {"kind": "log-uniform", "low": 1e-6, "high": 1},
    "layers": {"kind": "int", "low": 1, "high": 16},
    "optimizer": {"kind": "categorical", "choices": ["sgd", "adam"]},
    "momentum": {"kind": "uniform", "low": 0, "high": 1, "when": {"parameter": "optimizer", "in": ["sgd"]}},
}


def loss_after(params, step, seed):
    """Falls towards what the params are worth; the noise is the same for the same seed, step and params."""
    worth = (math.log10(params["learning_rate"]) + 2.5) ** 2 + ((params["layers"] - 6) / 3) ** 2
    worth += (params["momentum"] - 0.9) ** 2 if params["optimizer"] == "sgd" else 0.3
    noise = random.Random(f"{seed} {step} {sorted(params.items())}").gauss(0, 0.02)
    return worth + 3 * math.exp(-step / 4) + noise


class Platform:
    def __init__(self, server):
        self.server = server
        self.session = requests.Session()
        # Safe for POST: every request has a key of its own, and a repeat of it has the answer of the first.
        retry = Retry(total=20, backoff_factor=0.2, backoff_max=2, status_forcelist=[502, 503, 504], allowed_methods=None)
        self.session.mount(server, HTTPAdapter(max_retries=retry))

    def post(self, path, body):
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        answer = self.session.post(f"{self.server}/api/v1/sweeps{path}", json=body, headers=headers, timeout=60)
        if not answer.ok:
            raise Refused(answer)
        return answer.json()


class Refused(Exception):
    def __init__(self, answer):
        problem = answer.json()
        self.code = problem.get("code")
        super().__init__(f"{answer.status_code} {self.code}: {problem.get('detail')}")


def define(platform, args):
    mlflow.set_experiment(args.experiment)
    sweep = {
        "name": args.name,
        "experiment": args.experiment,
        "method": {"kind": args.method},
        "space": SPACE,
        "metric": {"name": "loss", "goal": "minimise"},
        "budget": {"steps": args.steps},
        "seed": args.seed,
        "leaseMs": args.lease_ms,
    }
    if args.early_stop:
        sweep["earlyStop"] = {"rule": args.early_stop, "maxSteps": args.max_steps}
    print(json.dumps(platform.post("", sweep)))


def work(platform, args):
    while True:
        answer = platform.post(f"/{args.sweep}/trials", {"worker": args.worker})
        if answer["trial"] is not None:
            try:
                run_trial(platform, args, answer["trial"])
            except Refused as refused:
                # It was silent for too long, or the sweep was cancelled: the trial is not its own any more.
                if refused.code not in ("SWEEPS_LEASE_CONFLICT", "SWEEPS_TRIAL_CONFLICT"):
                    raise
        elif answer["retryAfterMs"] is None:
            return print(f"the sweep is {answer['reason']}")
        else:
            time.sleep(answer["retryAfterMs"] / 1000)


def run_trial(platform, args, trial):
    path = f"/{args.sweep}/trials/{trial['number']}"
    mlflow.start_run(run_id=trial["runId"])
    status = "FAILED"
    try:
        # After a pause it goes on where it was; a real network would be read from the artifacts of the run here.
        for step in range(trial["step"] + 1, args.max_steps + 1):
            time.sleep(args.step_seconds)
            loss = loss_after(trial["params"], step, args.seed)
            mlflow.log_metric("loss", loss, step=step)
            report = {"lease": trial["lease"], "step": step, "value": loss}
            decision = platform.post(f"{path}/reports", report)["decision"]
            if decision != "continue":
                status = "SCHEDULED" if decision == "pause" else "KILLED"
                return
        platform.post(f"{path}/complete", {"lease": trial["lease"], "value": loss})
        status = "FINISHED"
    finally:
        mlflow.end_run(status)


def arguments():
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--server", default=os.environ.get("MLFLOW_TRACKING_URI", "http://127.0.0.1:8080"))
    common.add_argument("--seed", type=int, default=1, help="of the points, and of the noise")
    common.add_argument("--max-steps", type=int, default=12, help="of a whole trial")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    defining = commands.add_parser("define", parents=[common], help="define a sweep")
    defining.add_argument("--experiment", default="sweeps")
    defining.add_argument("--name", default="network")
    defining.add_argument("--method", default="tpe", help="tpe, random or grid")
    defining.add_argument("--early-stop", help="asha-stopping, asha or halving")
    defining.add_argument("--steps", type=int, default=240, help="of all trials together")
    defining.add_argument("--lease-ms", type=int, default=60_000)
    defining.set_defaults(run=define)
    working = commands.add_parser("work", parents=[common], help="run trials until the sweep ends")
    working.add_argument("sweep")
    working.add_argument("--worker", default=f"{socket.gethostname()} {os.getpid()}")
    working.add_argument("--step-seconds", type=float, default=0, help="how long a step takes")
    working.set_defaults(run=work)
    return parser.parse_args()


if __name__ == "__main__":
    args = arguments()
    args.server = args.server.rstrip("/")
    mlflow.set_tracking_uri(args.server)
    args.run(Platform(args.server), args)
