"""What a school types in to connect Tencent Meeting: credentials of its self-built app, and the webhook's secrets."""

import base64
import binascii
from typing import Annotated

from pydantic import ConfigDict, Field, SecretStr, StringConstraints, field_validator

from adapters.base import ConnectionSettings, host

AES_KEY_LENGTH = 43  # characters of an EncodingAESKey; with one "=" they are the base64 of 32 bytes

# These travel in request headers: nothing but visible ASCII, and spaces from a careless paste are cut off.
HeaderText = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[\x21-\x7e]*$", max_length=256)]


class TencentMeetingSettings(ConnectionSettings):
    """Credentials and addresses of one enterprise on Tencent Meeting."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str = Field(default="https://api.meeting.qq.com", description="Host of the REST API, without a path.")
    app_id: HeaderText = Field(min_length=1, description="AppId: the enterprise id.")
    sdk_id: HeaderText = Field(default="", description="SdkId: the app id; empty for old apps that have none.")
    secret_id: HeaderText = Field(min_length=1, description="SecretId of the self-built app.")
    secret_key: SecretStr = Field(min_length=1, description="SecretKey of the self-built app.")
    webhook_token: SecretStr = Field(
        default=SecretStr(""), description="Token of the message notification. Empty = no delivery is accepted."
    )
    previous_webhook_token: SecretStr = Field(
        default=SecretStr(""), description="The Token before a rotation; remove it when the rotation is over."
    )
    encoding_aes_key: SecretStr = Field(
        default=SecretStr(""), description="EncodingAESKey (43 characters); empty if notifications are not encrypted."
    )
    operator_userid: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128)] = Field(
        description="userid of the account that creates the classes; it reads lists and asks for controls."
    )

    @field_validator("base_url")
    @classmethod
    def _host_only(cls, value: str) -> str:
        return host(value, why=": the path is part of the signature")

    @field_validator("secret_key", "webhook_token", "previous_webhook_token", "encoding_aes_key", mode="before")
    @classmethod
    def _without_pasted_spaces(cls, value: object) -> object:
        return value.strip() if isinstance(value, str) else value

    @field_validator("encoding_aes_key")
    @classmethod
    def _thirty_two_bytes(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and len(aes_key(value)) != 32:
            raise ValueError(f"must be the {AES_KEY_LENGTH} letters and digits shown in the console")
        return value


def aes_key(value: SecretStr) -> bytes:
    """The 32 bytes behind an EncodingAESKey; b"" when it is empty or not one."""
    text = value.get_secret_value()
    if len(text) != AES_KEY_LENGTH:
        return b""
    try:
        return base64.b64decode(text + "=", validate=True)
    except (binascii.Error, ValueError):
        return b""
