"""What a school types in to connect Feishu or Lark: its self-built app, the secrets of events, a group robot."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, SecretStr, StringConstraints, field_validator

from adapters.base import ConnectionSettings, host

OPEN = {"feishu": "https://open.feishu.cn", "lark": "https://open.larksuite.com"}
ACCOUNTS = {"feishu": "https://accounts.feishu.cn", "lark": "https://accounts.larksuite.com"}

# It travels in addresses and bodies: nothing but visible ASCII, and spaces from a careless paste are cut off.
AppId = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[\x21-\x7e]*$", max_length=128)]


class FeishuSettings(ConnectionSettings):
    """Credentials and addresses of one self-built app of one tenant."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    region: Literal["feishu", "lark"] = Field(
        default="feishu", description="feishu: mainland China; lark: everywhere else. Apps and ids are separate."
    )
    base_url: str = Field(default="", description="Host of the API, without a path; empty = that of the region.")
    accounts_url: str = Field(
        default="", description="Host where teachers give their consent; empty = that of the region, or base_url."
    )
    app_id: AppId = Field(min_length=1, description="App ID of the self-built app (cli_...).")
    app_secret: SecretStr = Field(min_length=1, description="App Secret of the self-built app.")
    mode: Literal["stream", "http"] = Field(
        default="stream",
        description="How events come: stream = long connection, no public address needed; http = pushed to us.",
    )
    encrypt_key: SecretStr = Field(
        default=SecretStr(""), description="Encrypt Key of the events. Empty = no pushed event is accepted."
    )
    previous_encrypt_key: SecretStr = Field(
        default=SecretStr(""), description="The Encrypt Key before a rotation; remove it when the rotation is over."
    )
    verification_token: SecretStr = Field(
        default=SecretStr(""), description="Verification Token of the events. Empty = no pushed event is accepted."
    )
    previous_verification_token: SecretStr = Field(
        default=SecretStr(""), description="The Verification Token before it was renewed."
    )
    bot: bool = Field(
        default=False,
        description="Use the meeting bot (a beta that the vendor opens tenant by tenant): chat and names.",
    )
    robot_webhook: SecretStr = Field(
        default=SecretStr(""), description="Address, or its last part, of a custom bot in the class's group chat."
    )
    robot_secret: SecretStr = Field(
        default=SecretStr(""), description="Secret of the custom bot's signature check; empty if it has none."
    )
    hours_east: float = Field(
        default=8.0, ge=-12.0, le=14.0, description="Local time of the school, in hours east of Greenwich."
    )

    @field_validator("base_url", "accounts_url")
    @classmethod
    def _host_only(cls, value: str) -> str:
        return host(value) if value.strip() else ""

    @field_validator(
        "app_secret", "encrypt_key", "previous_encrypt_key", "verification_token", "previous_verification_token",
        "robot_webhook", "robot_secret", mode="before",
    )  # fmt: skip
    @classmethod
    def _without_pasted_spaces(cls, value: object) -> object:
        return value.strip() if isinstance(value, str) else value

    @field_validator("robot_webhook")
    @classmethod
    def _address_or_id(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        parts = urlsplit(text)
        if not text or (parts.scheme in ("http", "https") and parts.hostname and not parts.query):
            return value
        if not text.replace("-", "").replace("_", "").isalnum() or not text.isascii():
            raise ValueError("must be the whole address of the bot, or the last part of it")
        return value

    @property
    def api(self) -> str:
        """Where calls go."""
        return self.base_url or OPEN[self.region]

    @property
    def accounts(self) -> str:
        """Where a teacher is asked for consent."""
        return self.accounts_url or self.base_url or ACCOUNTS[self.region]

    @property
    def robot(self) -> str:
        """The address of the group robot; "" when there is none."""
        text = self.robot_webhook.get_secret_value()
        return text if not text or "://" in text else f"{self.api}/open-apis/bot/v2/hook/{text}"
