"""Logs what a run ran in and on as environment.json. Needs nothing but mlflow; copy it, or import it.

    with mlflow.start_run():
        log_environment()
"""

import os
import platform
import subprocess
from importlib.metadata import distributions

import mlflow


def environment(variables=()):
    """The environment of this process; of its variables only those that are named, since they may hold secrets."""
    found = {
        "format": "millrace.environment/1",
        "python": {"version": platform.python_version(), "implementation": platform.python_implementation()},
        "packages": dict(sorted((d.metadata["Name"], d.version) for d in distributions() if d.metadata["Name"])),
        "hardware": {
            "hostname": platform.node(),
            "platform": platform.platform(),
            "machine": platform.machine(),
            "cpus": os.cpu_count() or 0,
        },
        "variables": {name: os.environ[name][:2000] for name in variables if name in os.environ},
    }
    memory = _memory_bytes()
    if memory is not None:
        found["hardware"]["memoryBytes"] = memory
    accelerators = _accelerators()
    if accelerators:
        found["hardware"]["accelerators"] = accelerators
    git = _git()
    if git:
        found["git"] = git
    image = os.environ.get("CONTAINER_IMAGE")
    if image:
        found["container"] = {"image": image}
    return found


def log_environment(run_id=None, variables=()):
    """Logs it to the active run, or to the run that is named."""
    mlflow.log_dict(environment(variables), "environment.json", run_id=run_id)


def _memory_bytes():
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _accelerators():
    rows = _output("nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits")
    found = []
    for row in (rows or "").splitlines():
        name, mebibytes, driver = (part.strip() for part in row.split(","))
        accelerator = {"name": name, "driver": driver}
        if mebibytes.isdigit():
            accelerator["memoryBytes"] = int(mebibytes) << 20
        found.append(accelerator)
    return found


def _git():
    commit = _output("git", "rev-parse", "HEAD")
    if commit is None:
        return None
    said = {
        "commit": commit,
        "branch": _output("git", "rev-parse", "--abbrev-ref", "HEAD"),
        "repository": _output("git", "config", "--get", "remote.origin.url"),
    }
    status = _output("git", "status", "--porcelain")
    if status is not None:
        said["dirty"] = status != ""
    return {key: value for key, value in said.items() if value is not None}


def _output(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
