"""Where the client's two generations spell the same thing differently."""

import mlflow

GENERATION = int(mlflow.__version__.split(".")[0])


def named(name):
    """The argument of log_model that names the model."""
    return {"name" if GENERATION >= 3 else "artifact_path": name}
