"""What a school types in to connect DingTalk: its internal app, how events come in, and which edition it pays for."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, SecretStr, StringConstraints, field_validator, model_validator

from adapters.base import ConnectionSettings, host
from adapters.envelope import key_of

VENDOR = "https://api.dingtalk.com"
VENDOR_LEGACY = "https://oapi.dingtalk.com"

# These travel in headers, paths and JSON: visible ASCII, and spaces from a careless paste are cut off.
Id = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[\x21-\x7e]*$", max_length=256)]
SECRETS = (
    "client_secret", "token", "previous_token", "aes_key", "previous_aes_key", "robot_access_token", "robot_secret",
)  # fmt: skip


class DingTalkSettings(ConnectionSettings):
    """Credentials and addresses of one internal app of one organisation."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str = Field(default=VENDOR, description="Host of the API, without a path.")
    legacy_base_url: str = Field(
        default="",
        description="Host of the old API; empty = https://oapi.dingtalk.com, or base_url if that is changed.",
    )
    client_id: Id = Field(min_length=1, description="Client ID (AppKey) of the internal app.")
    client_secret: SecretStr = Field(min_length=1, description="Client Secret (AppSecret) of the internal app.")
    corp_id: Id = Field(default="", description="CorpId of the school: needed to admit nobody but its own accounts.")
    mode: Literal["stream", "http"] = Field(
        default="stream", description="How events come in: stream (we dial out) or http (DingTalk calls the webhook)."
    )
    token: SecretStr = Field(default=SecretStr(""), description="Token of HTTP push. Empty = no webhook is accepted.")
    previous_token: SecretStr = Field(
        default=SecretStr(""), description="The Token before a rotation; remove it when the rotation is over."
    )
    aes_key: SecretStr = Field(default=SecretStr(""), description="aes_key of HTTP push, 43 letters and digits.")
    previous_aes_key: SecretStr = Field(default=SecretStr(""), description="The aes_key before a rotation.")
    owner_key: Id = Field(
        default="", description="To whom HTTP push is addressed: empty = client_id; the CorpId for old registrations."
    )
    edition: Literal["standard", "professional", "custom"] = Field(
        default="standard", description="What the organisation pays for: it decides the calls and events of a month."
    )
    calls_per_month: int | None = Field(default=None, ge=1, description="API calls a month; empty = the edition's.")
    events_per_month: int | None = Field(default=None, ge=1, description="Events a month; empty = the edition's.")
    robot_access_token: SecretStr = Field(
        default=SecretStr(""), description="access_token in the address of a custom group robot, for alerts."
    )
    robot_secret: SecretStr = Field(default=SecretStr(""), description="Its signing secret (SEC...).")
    open_conversation_id: Id = Field(default="", description="openConversationId of the group for announcements.")
    robot_code: Id = Field(default="", description="robotCode of the app's own robot in that group.")

    @field_validator("base_url", "legacy_base_url")
    @classmethod
    def _host_only(cls, value: str) -> str:
        return host(value) if value.strip() else ""

    @field_validator("base_url")
    @classmethod
    def _vendor_by_default(cls, value: str) -> str:
        return value or VENDOR

    @field_validator(*SECRETS, mode="before")
    @classmethod
    def _without_pasted_spaces(cls, value: object) -> object:
        return value.strip() if isinstance(value, str) else value

    @field_validator("aes_key", "previous_aes_key")
    @classmethod
    def _thirty_two_bytes(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and len(key_of(value.get_secret_value())) != 32:
            raise ValueError("must be the 43 letters and digits shown in the console")
        return value

    @model_validator(mode="after")
    def _numbers_of_a_custom_contract(self) -> "DingTalkSettings":
        if self.edition == "custom" and self.calls_per_month is None:
            raise ValueError("the edition custom needs calls_per_month: read it in the console's resource page")
        return self

    @property
    def legacy_url(self) -> str:
        """The old API's host: beside the vendor's new one, else wherever everything else goes."""
        return self.legacy_base_url or (VENDOR_LEGACY if self.base_url == VENDOR else self.base_url)

    @property
    def owner(self) -> str:
        """To whom an encrypted push must be addressed."""
        return self.owner_key or self.client_id

    @property
    def has_group_robot(self) -> bool:
        """Whether the app's own robot can write into the class group."""
        return bool(self.open_conversation_id and self.robot_code)

    @property
    def has_alert_robot(self) -> bool:
        """Whether a custom robot can write into a group of its own."""
        return bool(self.robot_access_token.get_secret_value())
