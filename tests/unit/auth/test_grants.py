"""Which clients may ask for tokens in which way."""

from dataclasses import replace

import pytest

from hub.auth.clients import Client
from hub.auth.grants import RegisteredClient


@pytest.mark.parametrize(
    ("method", "grant", "may"),
    [
        ("none", "authorization_code", True),
        ("none", "refresh_token", True),
        ("none", "client_credentials", False),
        ("private_key_jwt", "client_credentials", True),
        ("private_key_jwt", "authorization_code", False),
        ("private_key_jwt", "refresh_token", False),
    ],
)
def test_a_program_acts_for_people_and_a_system_for_itself(
    submitter: Client, method: str, grant: str, may: bool
) -> None:
    client = RegisteredClient(replace(submitter, auth_method=method))
    assert client.check_grant_type(grant) is may
