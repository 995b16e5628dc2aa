"""How a call of the client is refused."""

import pytest
from mlflow.exceptions import MlflowException


def code_of(call, *args, **kwargs):
    with pytest.raises(MlflowException) as refusal:
        call(*args, **kwargs)
    return refusal.value.error_code


def text_of(call, *args, **kwargs):
    with pytest.raises(MlflowException) as refusal:
        call(*args, **kwargs)
    return refusal.value.message
