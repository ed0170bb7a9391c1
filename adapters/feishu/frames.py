"""The binary frames of the long connection: protobuf (proto2), described in code (`ws/pb/pbbp2.proto` of lark-oapi).

The four numbers of a frame and both texts of a header are `required`: they are sent also when they are 0 or empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError, EncodeError, Message
from google.protobuf.message_factory import GetMessageClass

CONTROL, DATA = 0, 1  # `method`


class Unreadable(ValueError):
    """These bytes are no frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame. `headers` in their order: a name may come twice."""

    sequence: int = 0
    log: int = 0
    service: int = 0
    method: int = CONTROL
    headers: tuple[tuple[str, str], ...] = ()
    encoding: str | None = None
    type: str | None = None
    payload: bytes = field(default=b"", repr=False)
    log_new: str | None = None

    def header(self, name: str) -> str:
        """The first header of that name, "" when there is none."""
        return next((value for key, value in self.headers if key == name), "")


_F = FieldDescriptorProto
_FIELDS: Mapping[str, tuple[int, "_F.Type.ValueType", "_F.Label.ValueType"]] = {
    "SeqID": (1, _F.TYPE_UINT64, _F.LABEL_REQUIRED),
    "LogID": (2, _F.TYPE_UINT64, _F.LABEL_REQUIRED),
    "service": (3, _F.TYPE_INT32, _F.LABEL_REQUIRED),
    "method": (4, _F.TYPE_INT32, _F.LABEL_REQUIRED),
    "headers": (5, _F.TYPE_MESSAGE, _F.LABEL_REPEATED),
    "payload_encoding": (6, _F.TYPE_STRING, _F.LABEL_OPTIONAL),
    "payload_type": (7, _F.TYPE_STRING, _F.LABEL_OPTIONAL),
    "payload": (8, _F.TYPE_BYTES, _F.LABEL_OPTIONAL),
    "LogIDNew": (9, _F.TYPE_STRING, _F.LABEL_OPTIONAL),
}


def _message() -> type[Message]:
    """The class of the vendor's `Frame`, in a pool of its own: nothing else in the process sees it."""
    header = DescriptorProto(name="Header")
    for number, name in enumerate(("key", "value"), 1):
        header.field.add(name=name, number=number, type=_F.TYPE_STRING, label=_F.LABEL_REQUIRED)
    frame = DescriptorProto(name="Frame")
    for name, (number, kind, label) in _FIELDS.items():
        added = frame.field.add(name=name, number=number, type=kind, label=label)
        if kind == _F.TYPE_MESSAGE:
            added.type_name = ".pbbp2.Header"
    file = FileDescriptorProto(name="pbbp2.proto", package="pbbp2", message_type=[header, frame])
    pool = DescriptorPool()
    pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName("pbbp2.Frame"))


_MESSAGE = _message()


def encoded(frame: Frame) -> bytes:
    """The bytes of a frame. Raises ValueError for numbers that do not fit."""
    wire: Any = _MESSAGE()
    wire.SeqID, wire.LogID, wire.service, wire.method = frame.sequence, frame.log, frame.service, frame.method
    for key, value in frame.headers:
        wire.headers.add(key=key, value=value)
    texts = {"payload_encoding": frame.encoding, "payload_type": frame.type, "LogIDNew": frame.log_new}
    for name, text in texts.items():
        if text is not None:
            setattr(wire, name, text)
    if frame.payload:
        wire.payload = frame.payload
    try:
        return bytes(wire.SerializeToString())
    except EncodeError as e:
        raise ValueError("not a whole frame") from e


def decoded(data: bytes) -> Frame:
    """The frame in these bytes. Raises Unreadable."""
    wire: Any = _MESSAGE()
    try:
        wire.ParseFromString(data)
    except DecodeError as e:
        raise Unreadable("not a frame") from e
    if not wire.IsInitialized():
        raise Unreadable("a number that every frame has is missing")
    frame = Frame(
        sequence=wire.SeqID, log=wire.LogID, service=wire.service, method=wire.method,
        headers=tuple((h.key, h.value) for h in wire.headers), payload=wire.payload,
        encoding=wire.payload_encoding if wire.HasField("payload_encoding") else None,
        type=wire.payload_type if wire.HasField("payload_type") else None,
        log_new=wire.LogIDNew if wire.HasField("LogIDNew") else None,
    )  # fmt: skip
    texts = (*(part for header in frame.headers for part in header), frame.encoding, frame.type, frame.log_new)
    if any(isinstance(text, bytes) for text in texts):  # what is no UTF-8 comes out as it went in
        raise Unreadable("no text where a text belongs")
    return frame


def ping(service: int) -> Frame:
    """What keeps a connection open; the answer may carry new settings for it."""
    return Frame(service=service, method=CONTROL, headers=(("type", "ping"),))
