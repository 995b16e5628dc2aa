"""Prompts of MLflow 3, which are registered models with a mark."""

import mlflow
import pytest
from mlflow.exceptions import MlflowException


@pytest.fixture
def prompt(unique):
    """The name of a prompt with two versions."""
    name = unique("prompt")
    mlflow.genai.register_prompt(name=name, template="Hello {{name}}", commit_message="first", tags={"author": "ada"})
    mlflow.genai.register_prompt(name=name, template="Good day {{name}} of {{town}}", commit_message="second")
    return name


def test_a_prompt_is_loaded_by_version(prompt):
    first = mlflow.genai.load_prompt(prompt, version=1)
    assert (first.template, first.version, first.commit_message) == ("Hello {{name}}", 1, "first")
    assert first.tags["author"] == "ada"
    assert first.format(name="Ada") == "Hello Ada"
    assert mlflow.genai.load_prompt(f"prompts:/{prompt}/2").variables == {"name", "town"}


def test_a_prompt_of_messages_is_kept_as_such(unique):
    name = unique("chat")
    messages = [{"role": "system", "content": "Be {{mood}}"}, {"role": "user", "content": "{{question}}"}]
    mlflow.genai.register_prompt(name=name, template=messages)
    assert mlflow.genai.load_prompt(name, version=1).format(mood="kind", question="Why?") == [
        {"role": "system", "content": "Be kind"},
        {"role": "user", "content": "Why?"},
    ]


def test_aliases_of_prompts_move_and_go(prompt):
    mlflow.genai.set_prompt_alias(prompt, alias="production", version=1)
    assert mlflow.genai.load_prompt(f"prompts:/{prompt}@production").version == 1
    mlflow.genai.set_prompt_alias(prompt, alias="production", version=2)
    assert mlflow.genai.load_prompt(f"prompts:/{prompt}@production").version == 2
    mlflow.genai.delete_prompt_alias(prompt, alias="production")
    with pytest.raises(MlflowException):
        mlflow.genai.load_prompt(f"prompts:/{prompt}@production", allow_missing=False)


def test_prompts_are_searched_and_are_no_models(client, prompt):
    assert [found.name for found in mlflow.genai.search_prompts(filter_string=f"name = '{prompt}'")] == [prompt]
    assert list(client.search_registered_models(f"name = '{prompt}'")) == []
    marked = client.search_registered_models(f"name = '{prompt}' AND tags.`mlflow.prompt.is_prompt` = 'true'")
    assert [found.name for found in marked] == [prompt]
    versions = client.search_prompt_versions(prompt)
    assert sorted(int(version.version) for version in versions) == [1, 2]


def test_tags_of_prompts_and_their_versions(prompt):
    mlflow.genai.set_prompt_tag(prompt, "team", "risk")
    assert mlflow.genai.get_prompt_tags(prompt)["team"] == "risk"
    mlflow.genai.set_prompt_version_tag(prompt, "1", "checked", "yes")
    assert mlflow.genai.load_prompt(prompt, version=1).tags["checked"] == "yes"


def test_a_prompt_and_a_model_do_not_share_a_name(client, unique, prompt):
    name = unique("model")
    client.create_registered_model(name)
    with pytest.raises(MlflowException):
        mlflow.genai.register_prompt(name=name, template="x")


def test_no_prompt_of_a_name(unique):
    assert mlflow.genai.load_prompt(unique("nobody"), version=1, allow_missing=True) is None
    with pytest.raises(MlflowException):
        mlflow.genai.load_prompt(unique("nobody"), version=1)


def test_a_deleted_prompt_version_is_gone(client, prompt):
    client.delete_prompt_version(prompt, "1")
    assert mlflow.genai.load_prompt(prompt, version=1, allow_missing=True) is None
