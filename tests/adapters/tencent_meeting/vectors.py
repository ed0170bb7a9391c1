"""Published test vectors: the vendor's own example, and ours, checked with two independent crypto libraries."""

TOKEN = "MenshenToken1234567890abc"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

# Vendor page 51612. Its base64 comes without padding.
VENDOR_TOKEN = "bVPU6F8Htxl5XkAbp3jGV2xWp"
VENDOR_SIGNATURE = "b11e507817336a91d7df0c8536ee2aca18bbbae8"
VENDOR_DATA = (
    "eyJldmVudCI6Im1lZXRpbmcuY3JlYXRlZCIsInVuaXF1ZV9zZXF1ZW5jZSI6ImYyMDA5NmVlLThhYzgtNGRmMi1hN2RlLTA1NzQ2"
    "NDlmMjExYiIsInBheWxvYWQiOlt7Im9wZXJhdGVfdGltZSI6IjIwMjAtMTItMjkgMTc6NDE6MDYiLCJvcGVyYXRvciI6eyJ1c2Vy"
    "aWQiOiJ0ZXN0ZXIwMDAwNmJhNWJhYjMzOTg1OGMxM2M5MzBjY2E5NTY4NCJ9LCJtZWV0aW5nX2luZm8iOnsibWVldGluZ19pZCI6"
    "IjYwNTg4OTAzODU0ODA5MjEwNTIiLCJtZWV0aW5nX2NvZGUiOiI1MzA4MTI0NTIiLCJzdWJqZWN0IjoibWVkaWEgdGVzdGVyIG1l"
    "ZXRpbmciLCJjcmVhdG9yX2lkIjoidGVzdGVyMDAwMDZiYTViYWIzMzk4NThjMTNjOTMwY2NhOTU2ODQiLCJob3N0cyI6WyJ0ZXN0"
    "ZXIwMDAwNmJhNWJhYjMzOTg1OGMxM2M5MzBjY2E5NTY4NCJdLCJtZWV0aW5nX3R5cGUiOjAsInN0YXJ0X3RpbWUiOiIyMDIwLTEy"
    "LTI5IDE3OjQxOjA0IiwiZW5kX3RpbWUiOiIyMDIwLTEyLTI5IDE4OjAxOjA0In19XX0"
)

# (raw query, signature, answer), at timestamp 1795132800123 with nonce 987654321.
GET_PLAIN = ("check_str=bWVuc2hlbi11cmwtY2hlY2s%3D", "99ec139214e8d943da714881441fcfed1e166288", b"menshen-url-check")
GET_AES = (
    "check_str=6BbeYlNzFWT6P%2F5bnkc0x5%2B8J4%2FIJLxnOHuHa6RPu3E%3D",
    "6e936f333a3d1b9260df9970a7254bcb2620963f",
    b"menshen-url-check-5",
)
# (body, signature), at the same time.
POST_PLAIN = (
    (
        b'{"data":"eyJldmVudCI6Im1lZXRpbmcucGFydGljaXBhbnQtam9pbmVkIiwidHJhY2VfaWQiOiJlN2FhNjVkZC1mN2U2LTRiNjI'
        b"tOTEyYy0yMDM1MTczYjM0YTkiLCJwYXlsb2FkIjpbeyJvcGVyYXRlX3RpbWUiOjE3OTUxMzI4MDAxMjMsIm9wZXJhdG9yIjp7InV"
        b"zZXJpZCI6IiIsIm9wZW5faWQiOiIiLCJ1dWlkIjoiV01mZ0hSWWo2bTM2bWNER3RLIiwibXNfb3Blbl9pZCI6ImJYTnZjR1Z1YVd"
        b"RdE1EQXgiLCJ1c2VyX25hbWUiOiLorr/lrqIiLCJpbnN0YW5jZV9pZCI6IjMifSwibWVldGluZ19pbmZvIjp7Im1lZXRpbmdfaWQ"
        b"iOiI3NTY3MTczMjczODg5Mjc2MTMxIiwibWVldGluZ19jb2RlIjoiNDQ1OTk5OTY5Iiwic3ViamVjdCI6IuaVsOWtpiIsIm1lZXR"
        b"pbmdfdHlwZSI6MCwic3RhcnRfdGltZSI6MTc5NTEzMjgwMCwiZW5kX3RpbWUiOjE3OTUxMzY0MDAsIm1lZXRpbmdfY3JlYXRlX21"
        b'vZGUiOjAsIm1lZXRpbmdfaWRfdHlwZSI6MH0sImV4dGVuZF9pbmZvIjp7ImN1c3RvbWVyX2RhdGEiOiIifX1dfQ"}'
    ),
    "4efed69daed980deded02a1faf27865ef54c527d",
)
POST_AES = (
    (
        b'{"data":"e3rc/bZXIO/hFRmixpASDb1d+Y+3uUOhn3qEexOmCewmlDB6QFUjVfZPUUamRgMrttIDz5M0AFOra5WJdTl8uIwNMcG'
        b"t5Lz0OGYlclpyE/1Iqixq5VZyFO37GYhWxUs9FUD18YzaU8LOgmWcdOA1faAZ3zSEn/fZd75ecv0iRQxF8KqykZjXWQVNzJPT+hC"
        b'ILkOnP5JoUs0ApNvadYNWbQ=="}'
    ),
    "d527c42dd82b26d01e31faea3a1c1ba64af4db77",
)
