"""What a school types in to connect WeCom: its corp, a self-built app, the callback's secrets, and whom to alert."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, SecretStr, StringConstraints, field_validator

from adapters.base import ConnectionSettings, host
from adapters.envelope import KEY_LENGTH, key_of

MOST_ALERTED = 100  # recipients of one alert; the platform takes 1 000

# These travel in a query or in JSON: visible ASCII, and spaces from a careless paste are cut off.
Plain = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[\x21-\x7e]*$", max_length=128)]
Userid = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[^|\x00-\x20]+$")
]

Polarity = Literal["unknown", "corp_only", "everyone"]


class WeComSettings(ConnectionSettings):
    """Credentials and addresses of one self-built app of one corp."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str = Field(default="https://qyapi.weixin.qq.com", description="Host of the API, without a path.")
    corpid: Plain = Field(min_length=1, description="CorpID: console > my company > company information.")
    corpsecret: SecretStr = Field(min_length=1, description="Secret of the self-built app.")
    agentid: int = Field(ge=1, lt=2**31, description="AgentId of the self-built app, a number.")
    token: SecretStr = Field(
        default=SecretStr(""), description="Token of the app's message reception. Empty = no delivery is accepted."
    )
    previous_token: SecretStr = Field(
        default=SecretStr(""), description="The Token before a rotation; remove it when the rotation is over."
    )
    encoding_aes_key: SecretStr = Field(
        default=SecretStr(""),
        description="EncodingAESKey of the message reception (43 characters). Empty = no delivery is accepted.",
    )
    previous_encoding_aes_key: SecretStr = Field(
        default=SecretStr(""), description="The EncodingAESKey before a rotation; remove it when the rotation is over."
    )
    allow_external_user_true_means: Polarity = Field(
        default="unknown",
        description="What allow_external_user: true does on your tenant, as tried with an outside account: corp_only "
        "or everyone. The vendor's pages contradict each other, so with unknown it is never sent.",
    )
    robot_key: SecretStr = Field(
        default=SecretStr(""),
        description="Key of a group robot (message push): what stands behind key= in its address. Announcements and "
        "alerts go to its group.",
    )
    alert_userids: tuple[Userid, ...] = Field(
        default=(), max_length=MOST_ALERTED, description="userids of the staff who get alerts as an app message."
    )

    @field_validator("base_url")
    @classmethod
    def _host_only(cls, value: str) -> str:
        return host(value)

    @field_validator(
        "corpsecret", "token", "previous_token", "encoding_aes_key", "previous_encoding_aes_key", "robot_key",
        mode="before",
    )  # fmt: skip
    @classmethod
    def _without_pasted_spaces(cls, value: object) -> object:
        return value.strip() if isinstance(value, str) else value

    @field_validator("encoding_aes_key", "previous_encoding_aes_key")
    @classmethod
    def _thirty_two_bytes(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not key_of(value.get_secret_value()):
            raise ValueError(f"must be the {KEY_LENGTH} letters and digits shown in the console")
        return value

    @field_validator("alert_userids", mode="before")
    @classmethod
    def _written_as_a_list(cls, value: object) -> object:
        """Also `it01|it02` or `it01, it02`, as one types it into one field."""
        return [v for v in value.replace("|", ",").split(",") if v.strip()] if isinstance(value, str) else value

    @property
    def tokens(self) -> tuple[str, ...]:
        """The Tokens under which a delivery may be signed, the present one first."""
        return tuple(filter(None, (self.token.get_secret_value(), self.previous_token.get_secret_value())))

    @property
    def aes_keys(self) -> tuple[bytes, ...]:
        """The keys under which a delivery may be sealed, the present one first."""
        secrets = (self.encoding_aes_key, self.previous_encoding_aes_key)
        return tuple(filter(None, (key_of(s.get_secret_value()) for s in secrets)))
