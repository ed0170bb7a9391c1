"""Published test vectors: ours, checked with two independent crypto libraries, and the vendor's own sample."""

TOKEN, AES_KEY, CORPID = "menshenToken01", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP0", "ww0123456789abcdef"
KEY_HEX = "69b71d79f8218a39259a7a29aabb2dbafc31cb300108310518720928b30d38fd"
STAMP, NONCE = "1763640000", "1372623149"

ECHO = "g5zwjXV81p2AOncB+UO1umwf9sn9JFkpIcFdxzIa4C34VXrarDbc0gMvUef1Sui/pHkcCiLiZtoS5j32qLTsTQ=="
ECHO_ENCODED = "g5zwjXV81p2AOncB%2BUO1umwf9sn9JFkpIcFdxzIa4C34VXrarDbc0gMvUef1Sui%2FpHkcCiLiZtoS5j32qLTsTQ%3D%3D"
ECHO_SIGNATURE = "63ed86d187173dae74cc58c5a6557de877bbb3ce"
ECHO_PLAIN = b"5230837204951462379"

EVENT_PLAIN = (
    b"<xml><ToUserName><![CDATA[ww0123456789abcdef]]></ToUserName><FromUserName><![CDATA[]]></FromUserName>"
    b"<FromUserTmpOpenId><![CDATA[tmpOpenId01]]></FromUserTmpOpenId><CreateTime>1763640000</CreateTime>"
    b"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[meeting_change]]></Event>"
    b"<ChangeType><![CDATA[join_waiting_room]]></ChangeType><MeetingId><![CDATA[hyXXXX01]]></MeetingId></xml>"
)
EVENT_SEALED = (
    "g5zwjXV81p2AOncB+UO1ugh89JVZ4GQI+naktsjhWbXLtJkuqH19a1d0mRlZYmndxsheYs7fwgFSbHSRLOQ7jPBJHjkJ5dz8ypKeUyvpPahM"
    "bF2VNoFj+qRBniNz+XSzZWA0rkxrR3xD4uegPyaShFeMjXrN1Q+WzXMrNse+wiD51QZtbknjsxIlbJbVUWgKnR/alMVmIT+sS1Lgg27GAh7s"
    "E5zE/d2IlABJa6bbZm2uOhwR1ZTPTA3iqFAeBzCgDqUm2RJq8yGXpzW8RnVkZGuqzt03vPoHPIxVppaMX8+pnd/ynpunadUfEHqLbflotWLt"
    "jjwWQWKtezD1KvIphCCCkO2KJFRCXGFMIgQseT/IU2wcGgqBwzwSoO+8WzA7KlOMKIvQLPi+RPB/hBkXRhyPIHdgRhxKnS7+Vz2Qg9bXqsP8"
    "siVgsQ7Xolg2a/ar/lhAeAwbw4ecdgEuGyyr937ygoxz3OtvenNe8rvPgY3ZC8rs7sFDT5S27dfe22M0ON4hmLe5h8e/PA9HzIHIhutj40ZE"
    "+FAdlf8IPaP84HOcMU7uNEIS9xABI1UXqrr/5p9OCm8S4JIiAlVY/G7nRA=="
)
EVENT_SIGNATURE = "4b93ac93fcd85efc9a866cfa29f61346ec4866e5"

# Vendor page 90968.
VENDOR_TOKEN, VENDOR_KEY, VENDOR_CORPID = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7"
VENDOR_STAMP, VENDOR_NONCE = "1409659589", "263014780"
VENDOR_ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
VENDOR_SIGNATURE = "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"
VENDOR_PLAIN = b"1616140317555161061"


def envelope_of(sealed: str, corpid: str = CORPID) -> bytes:
    """The body of a POST around a sealed text."""
    to = f"<ToUserName><![CDATA[{corpid}]]></ToUserName><AgentID><![CDATA[1000014]]></AgentID>"
    return f"<xml>{to}<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()
