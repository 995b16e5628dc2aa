"""Webhooks of MLflow 3: made, changed, listed and tried out. Where one may send to is the server's own affair: `localhost` must be allowed."""

import base64
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from mlflow.entities.webhook import WebhookAction, WebhookEntity, WebhookEvent, WebhookStatus
from refusals import code_of, text_of


@pytest.fixture
def receiver():
    requests = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            requests.append((dict(self.headers), body))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"seen")

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", requests
    server.shutdown()
    server.server_close()


@pytest.fixture
def webhook(client, receiver):
    made = client.create_webhook(
        name="test-hook",
        url=receiver[0],
        events=["prompt.created", "model_version_tag.set"],
        description="of a test",
        secret="pssst",
    )
    yield made
    client.delete_webhook(made.webhook_id)


def test_a_webhook_is_read_listed_and_deleted(client, receiver):
    made = client.create_webhook(name="short-lived", url=receiver[0], events=["registered_model.created"])
    assert made.status == WebhookStatus.ACTIVE
    assert client.get_webhook(made.webhook_id).events == [
        WebhookEvent(WebhookEntity.REGISTERED_MODEL, WebhookAction.CREATED)
    ]
    newest = client.list_webhooks(max_results=1)
    assert [hook.webhook_id for hook in newest] == [made.webhook_id]
    client.delete_webhook(made.webhook_id)
    assert code_of(client.get_webhook, made.webhook_id) == "RESOURCE_DOES_NOT_EXIST"


def test_webhooks_come_in_pages_the_newest_first(client, receiver):
    made = [client.create_webhook(name=f"h{i}", url=receiver[0], events=["prompt.created"]).webhook_id for i in range(3)]
    first = client.list_webhooks(max_results=2)
    second = client.list_webhooks(max_results=2, page_token=first.token)
    assert [hook.webhook_id for hook in [*first, *second]][:3] == made[::-1]
    for webhook_id in made:
        client.delete_webhook(webhook_id)


def test_only_what_is_given_changes(client, webhook):
    changed = client.update_webhook(webhook.webhook_id, status="DISABLED", events=["prompt_alias.created"])
    assert (changed.name, changed.url, changed.description) == ("test-hook", webhook.url, "of a test")
    assert changed.status == WebhookStatus.DISABLED
    assert changed.events == [WebhookEvent(WebhookEntity.PROMPT_ALIAS, WebhookAction.CREATED)]


def test_a_webhook_is_tried_out_with_a_signed_example(client, webhook, receiver):
    result = client.test_webhook(webhook.webhook_id, event="model_version_tag.set")
    assert (result.success, result.response_status, result.response_body) == (True, 200, "seen")
    headers, body = receiver[1][-1]
    content = f"{headers['X-MLflow-Delivery-Id']}.{headers['X-MLflow-Timestamp']}.".encode() + body
    signature = base64.b64encode(hmac.new(b"pssst", content, hashlib.sha256).digest()).decode()
    assert headers["X-MLflow-Signature"] == f"v1,{signature}"
    assert json.loads(body)["data"] == {
        "name": "example_model",
        "version": "1",
        "key": "example_key",
        "value": "example_value",
    }


def test_a_secret_is_never_answered(api, webhook):
    assert "pssst" not in api.call("GET", f"webhooks/{webhook.webhook_id}").text
    assert "pssst" not in api.call("GET", "webhooks").text


def test_what_webhooks_are_refused_for(client, api, receiver):
    url = receiver[0]
    events = [{"entity": "PROMPT", "action": "CREATED"}]
    assert "Webhook name '-x' is invalid" in text_of(client.create_webhook, "-x", url, ["prompt.created"])
    assert "Invalid webhook URL scheme: 'ftp'" in text_of(client.create_webhook, "x", "ftp://a/b", ["prompt.created"])
    assert code_of(client.create_webhook, "x", "http://", ["prompt.created"]) == "INVALID_PARAMETER_VALUE"
    wrong = [{"entity": "PROMPT", "action": "SET"}]
    assert api.refused("POST", "webhooks", {"name": "x", "url": url, "events": wrong}) == (
        400,
        "INVALID_PARAMETER_VALUE",
        "Invalid action 'set' for entity 'prompt'. Valid actions are: ['created']",
    )
    for body in [{}, {"name": "x", "url": url}, {"name": "x", "url": url, "events": []}, {"name": "x", "events": events}]:
        assert api.refused("POST", "webhooks", body)[:2] == (400, "INVALID_PARAMETER_VALUE")
    assert api.refused("GET", "webhooks", {"max_results": 1001})[2] == "max_results must be between 1 and 1000."
    assert api.refused("PATCH", "webhooks/none", {"name": "x"})[1] == "RESOURCE_DOES_NOT_EXIST"
    assert api.refused("DELETE", "webhooks/none")[:2] == (404, "RESOURCE_DOES_NOT_EXIST")
