"""Test vectors of HTTP push: the vendor's own, and ours, checked with the vendor's Python class and two ciphers."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Vector:
    """One sealed text with everything that goes into it."""

    token: str
    aes_key: str
    owner: str
    stamp: str
    nonce: str
    sealed: str
    signature: str
    plain: str


_MEMBER = (
    '{"EventType":"meeting_member_status_change","EventTime":1795132800123,"CorpId":"dingcorp0001","BizId":"b-1",'
    '"eventId":"evt-0001","openMemberModels":[{"duration":0,"deviceType":"Android","pstnJoin":false,"joinTime":'
    '1795132800000,"userNick":"小明","conferenceId":"607452e01401526ee39609e1","attendStatus":3,"host":false,'
    '"coHost":false,"outerOrgMember":true,"userId":""}],"statusSeqNum":2,"changeScene":"user_join"}'
)
_OURS = {
    "token": "menshenToken01", "aes_key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "owner": "dingmenshen0001",
    "stamp": "1795132800123", "nonce": "AbCdEfGh",
}  # fmt: skip

VENDORS = (
    Vector(
        token="123456", aes_key="4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij", owner="suite4xxxxxxxxxxxxxxx",
        stamp="1445827045067", nonce="nEXhMP4r",
        sealed="1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23J"
        "VYa9VrYeJ5as7XM/ZpulX8NEQis44w53h1qAgnC3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ"
        "==",
        signature="5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0",
        plain='{"EventType":"check_create_suite_url","Random":"LPIdSnlF","TestSuiteKey":"suite4xxxxxxxxxxxxxxx"}',
    ),
    Vector(
        token="mryue", aes_key="Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7", owner="ding6ccabc44d2c8d38b",
        stamp="1608001896814", nonce="WL4PK6yA",
        sealed="0vJiX6vliEpwG3U45CtXqi+m8PXbQRARJ8p8BbDuD1EMTDf0jKpQ79QS93qEk7XHpP6u+oTTrd15NRPvNvmBKyDCYxxOK+HZeKju4y"
        "hELOFchzNukR+t8SB/qk4ROMu3",
        signature="03044561471240d4a14bb09372dfcfd4fd0e40cb",
        plain='{"EventType":"check_url"}',
    ),
    Vector(
        token="123456", aes_key="1234567890123456789012345678901234567890123", owner="dingsnotzck6pm5veliw",
        stamp="1614767836", nonce="A7Co0cJLMzIDtMMI",
        sealed="YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==",
        signature="9a95a004dd16f5c307e849b994173f76aa26e5eb",
        plain="success",
    ),
)  # fmt: skip
CHECK = Vector(
    **_OURS,
    sealed="Q3stYC6hdFzMh9T8HCvyDLV8JeomtQuxZLosYEI28mjzSD5UpK2hp0QUc4H6M/N5j52mpP4QT4i8NRecMNZbjg==",
    signature="663d1477344093207ba7c9f1fc27daf3f65a407c",
    plain='{"EventType":"check_url"}',
)
REPLY = Vector(
    **_OURS,
    sealed="Q3stYC6hdFzMh9T8HCvyDCxfvmuAAoLVUspGkGM7IvTway8KcDxj6iXuOL+2P0NmxzOM++NODDy2Xd4/Ppo3hw==",
    signature="f5e82930a4e4e6dd9fa2da96f10cfeeb3c65fe84",
    plain="success",
)
MEMBER = Vector(
    **_OURS,
    sealed="Q3stYC6hdFzMh9T8HCvyDMvsJwKl6V8oS+VRM/EjoHPPBb2OSlyJhSKyPAkofUuJnH/CTXz3jE0nkSU2Cwfi0frNHDPpuUQq1BdQuSccao1"
    "92+NmAxkZLWhezJC2cm+ZgIEVAmahyTXgcD5T/GjYWaAJBgrq6RzQTqW4naK1TZUem9uzViCV4+01EGZecz5wRjgTj57Asv38X02PeNsAtX6aWI8+"
    "Pi0Pgj60z/lgoH9DoPweet40c5jz6SRH7CplOqSEyJfpinqkVdj+8qqOFGQBMxZRwUs43l0vF7572Tdfjw3bbOEl7zB1v0I61iiJLizywH4uc/p7Ry"
    "4LKkpcr3Jwt6zbKHjki9drUUueTfvpRCknP3+CToP1ipMOvRv1hneoX3IKdKG+DN4Aode6QCFc0fxFC+GHpg8cDj0lZjXHd9lHDxMPmNXooz+mqpD"
    "6vlowBwfCogQ57rWpmNvgbRhD3Q0+JmZUA9fSbRWLOnY/OgBaoMQiO6EBfWjt5XMMRQldVHVOZ06mUMNdptp1lk4c+j8WSzKrX3EjkbPs9/4F3qzw"
    "1yTW50p+PylOe0dVEI50FZ0szZRRpSnz3zJ4YuzPpuTNs26wmvSF3KFPH6PLJA7vto513bi1r9aezJ9M",
    signature="936884ccee9e308cd4cbff5248bb0f940565ceb5",
    plain=_MEMBER,
)
ALL = (*VENDORS, CHECK, REPLY, MEMBER)

# --- signatures of robots ---
ROBOT = ("SECmenshenexample0001", "1795132800123", "wriOe4GA9EBBCSGGfu+GIyylZPg+L7/cqSPexShazlk=")
VENDORS_ROBOT = ("this is a secret", "1577262236757", "DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA=")
