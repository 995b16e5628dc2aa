"""Large files with the stock MLflow client: it sends them in parts of its own accord, as the server says that it may."""

import hashlib
import json
import os
import sys
import tempfile

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE"] = str(1024 * 1024)
os.environ["MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE"] = str(3 * 1024 * 1024)
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "4"

from mlflow import MlflowClient


def round_trip(run_id: str):
    client = MlflowClient()
    content = os.urandom(8 * 1024 * 1024 + 5)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "weights ü.bin")
        with open(path, "wb") as file:
            file.write(content)
        client.log_artifact(run_id, path, "big/model")
        client.log_artifact(run_id, path)
        back = client.download_artifacts(run_id, "big/model/weights ü.bin", folder)
        with open(back, "rb") as file:
            downloaded = file.read()
    return {
        "same": hashlib.sha256(downloaded).hexdigest() == hashlib.sha256(content).hexdigest(),
        "listed": [[f.path, f.file_size] for f in client.list_artifacts(run_id, "big/model")],
        "root": [f.path for f in client.list_artifacts(run_id)],
    }


if __name__ == "__main__":
    print("RESULT " + json.dumps(round_trip(sys.argv[2])))
