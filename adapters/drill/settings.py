"""The credentials of one connection to a practice classroom, and what that classroom was made to lack."""

from pydantic import Field, SecretStr, field_validator

from adapters.base import ConnectionSettings
from adapters.drill.classroom.settings import Hidden


class DrillSettings(ConnectionSettings):
    """Where the practice classroom is, and how both sides prove themselves."""

    base_url: str = Field(description="Address of the practice classroom, such as http://127.0.0.1:8001")
    token: SecretStr = Field(description="Bearer token of its control API")
    secret: SecretStr = Field(description="Secret that signs its webhooks")
    previous_secret: SecretStr | None = Field(
        default=None, description="The secret before, accepted as well while it is being rotated"
    )
    calls_per_second: int = Field(
        default=20,
        ge=1,
        le=1000,
        description="Control calls per second that the classroom allows, as `--rate` was given",
    )
    hides: frozenset[Hidden] = Field(
        default=frozenset(), description="What this classroom was set up to lack, as `--hide` was given to it"
    )

    @field_validator("base_url")
    @classmethod
    def _plain_address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("starts with http:// or https://")
        return value.rstrip("/")
