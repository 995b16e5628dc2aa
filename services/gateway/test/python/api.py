"""MLflow's REST API without the client, for what the client checks or splits before it asks."""

import os

import requests


class Api:
    def __init__(self, address):
        self.address = address
        self.session = requests.Session()
        self.session.auth = (os.environ["MLFLOW_TRACKING_USERNAME"], os.environ["MLFLOW_TRACKING_PASSWORD"])

    def call(self, method, path, body=None, prefix="/api/2.0/mlflow/"):
        if method == "GET":
            return self.session.get(self.address + prefix + path, params=body)
        return self.session.request(method, self.address + prefix + path, json=body)

    def ok(self, method, path, body=None, **options):
        response = self.call(method, path, body, **options)
        assert response.status_code == 200, response.text
        return response.json()

    def refused(self, method, path, body=None, **options):
        """Status, error code and text of a refusal."""
        response = self.call(method, path, body, **options)
        answer = response.json()
        return response.status_code, answer["error_code"], answer["message"]
