"""Which clients may ask for tokens in which way."""

from dataclasses import replace

import pytest

from hub.auth.clients import Client
from hub.auth.grants import RegisteredClient


@pytest.mark.parametrize(
    ("grant", "is_for_programs"),
    [("authorization_code", True), ("refresh_token", True), ("client_credentials", False)],
)
def test_a_program_acts_for_people_and_a_system_for_itself(
    submitter: Client, grant: str, is_for_programs: bool
) -> None:
    program = RegisteredClient(replace(submitter, auth_method="none"))
    system = RegisteredClient(replace(submitter, auth_method="private_key_jwt"))
    assert program.check_grant_type(grant) is is_for_programs
    assert system.check_grant_type(grant) is not is_for_programs
