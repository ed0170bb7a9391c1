"""Headless pupils for a real Janus server: WebSocket signalling, tiny fake media, a real chat channel.

async with Pupil(server.ws_url, "class-7b", "an", link="...") as an:
    await an.join()
    await an.send("audio", "video")
"""

import asyncio
import fractions
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import websockets
from aiortc import (
    AudioStreamTrack,
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
    VideoStreamTrack,
)
from aiortc.mediastreams import MediaStreamError
from av import VideoFrame

VIDEOROOM, TEXTROOM = "janus.plugin.videoroom", "janus.plugin.textroom"


class Turned(Exception):
    """Janus turned a request away."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code


class Session:
    """One Janus session over one WebSocket."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url, token
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._hears: dict[int, Callable[[dict[str, Any]], None]] = {}
        self.id = 0

    async def open(self) -> None:
        """Connect and create the session."""
        self._socket = await websockets.connect(
            self._url, subprotocols=[websockets.Subprotocol("janus-protocol")], ping_interval=None, proxy=None
        )
        self._reader = asyncio.create_task(self._read())
        try:
            self.id = (await self.ask({"janus": "create"}))["data"]["id"]
        except BaseException:
            await self.close()
            raise

    async def ask(self, message: dict[str, Any], seconds: float = 10.0) -> dict[str, Any]:
        """Send a request and wait for its final answer. Raises Turned for errors of Janus and of its plugins."""
        mark = secrets.token_hex(6)
        future = self._waiting[mark] = asyncio.get_running_loop().create_future()
        whole = {**message, "transaction": mark, "token": self._token}
        await self._socket.send(json.dumps(whole | ({"session_id": self.id} if self.id else {})))
        answer: dict[str, Any] = await asyncio.wait_for(future, seconds)
        if answer["janus"] == "error":
            raise Turned(answer["error"]["code"], answer["error"]["reason"])
        data = answer.get("plugindata", {}).get("data", {})
        if "error_code" in data:
            raise Turned(data["error_code"], data["error"])
        return answer

    async def attach(self, plugin: str, hears: Callable[[dict[str, Any]], None]) -> int:
        """A handle of a plugin; `hears` gets what the plugin says of itself."""
        handle = int((await self.ask({"janus": "attach", "plugin": plugin}))["data"]["id"])
        self._hears[handle] = hears
        return handle

    async def tell(self, handle: int, body: dict[str, Any], jsep: dict[str, str] | None = None) -> dict[str, Any]:
        """A message to a plugin."""
        message = {"janus": "message", "handle_id": handle, "body": body}
        return await self.ask(message | ({"jsep": jsep} if jsep else {}))

    async def close(self) -> None:
        """Close the socket; Janus ends the session by itself."""
        await self._socket.close()
        await self._reader

    async def _read(self) -> None:
        try:
            async for raw in self._socket:
                self._hear(json.loads(raw))
        except websockets.ConnectionClosed:
            pass

    def _hear(self, message: dict[str, Any]) -> None:
        future = self._waiting.get(message.get("transaction", ""))
        if future is not None and message["janus"] != "ack":
            self._waiting.pop(message["transaction"])
            if not future.done():
                future.set_result(message)
        elif hears := self._hears.get(message.get("sender", 0)):
            hears(message)


class Picture(VideoStreamTrack):
    """A flat picture of 160x120 that changes its colour five times a second."""

    def __init__(self) -> None:
        super().__init__()
        self._count, self._begun = 0, 0.0

    async def recv(self) -> VideoFrame:
        self._begun = self._begun or time.monotonic()
        self._count += 1
        await asyncio.sleep(max(0.0, self._begun + self._count / 5 - time.monotonic()))  # the pace of a camera
        frame = VideoFrame(160, 120, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([16 + self._count * 3 % 200]) * plane.buffer_size)
        frame.pts, frame.time_base = self._count * 18000, fractions.Fraction(1, 90000)
        return frame


class Pupil:
    """One pupil with a personal link, who may join, send, watch and write."""

    def __init__(self, ws_url: str, room: str, name: str, *, link: str, id: str = "", pin: str = "") -> None:
        self.room, self.name, self.link, self.id, self.pin = room, name, link, id or f"id-{name}", pin
        self.session = Session(ws_url, link)
        self.kicked = asyncio.Event()
        self._hung_up = asyncio.Event()
        self.lines: list[dict[str, Any]] = []  # what the chat showed him
        self._heard = asyncio.Condition()
        self._private = 0
        self._handle = 0
        self._connections: list[RTCPeerConnection] = []
        self._sending: RTCPeerConnection | None = None
        self._channel: RTCDataChannel | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        await self.session.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in self._connections:
            await connection.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.session.close()

    # Class

    async def join(self) -> None:
        """Enter the class. Raises Turned."""
        self._handle = await self.session.attach(VIDEOROOM, self._hear)
        body = {"request": "join", "ptype": "publisher", "room": self.room, "display": self.name, "id": self.id}
        answer = await self.session.tell(self._handle, body | self._credentials())
        self._private = answer["plugindata"]["data"]["private_id"]

    async def send(self, *what: str) -> None:
        """Send "audio", "video" and "screen", any of them; returns when the media is connected."""
        kinds = sorted(what, key=["audio", "video", "screen"].index)
        self._sending = connection = self._connection()
        for kind in kinds:
            connection.addTransceiver(AudioStreamTrack() if kind == "audio" else Picture(), direction="sendonly")
        await connection.setLocalDescription(await connection.createOffer())
        body: dict[str, Any] = {"request": "publish"}
        if "screen" in kinds:
            body["descriptions"] = [{"mid": str(kinds.index("screen")), "description": "screen"}]
        answer = await self.session.tell(self._handle, body, _described(connection))
        await connection.setRemoteDescription(RTCSessionDescription(**answer["jsep"]))
        await _connected(connection)

    async def stop_sending(self) -> None:
        """Take everything away that he sends; he stays in the class. Returns when the server has let go of it."""
        self._hung_up.clear()
        await self.session.tell(self._handle, {"request": "unpublish"})
        await asyncio.wait_for(self._hung_up.wait(), 5)
        if self._sending is not None:
            await self._sending.close()

    async def rename(self, name: str) -> None:
        """Change the name that the others see."""
        await self.session.tell(self._handle, {"request": "configure", "display": name})

    async def watch(self, other: str) -> "Watched":
        """Receive everything that another one sends."""
        handle = await self.session.attach(VIDEOROOM, self._hear)
        body = {"request": "join", "ptype": "subscriber", "room": self.room, "streams": [{"feed": other}]}
        answer = await self.session.tell(handle, body | self._credentials() | {"private_id": self._private})
        connection, watched = self._connection(), Watched()

        def on_track(track: MediaStreamTrack) -> None:
            self._tasks.append(asyncio.create_task(watched.drain(connection, track)))

        connection.on("track", on_track)
        await connection.setRemoteDescription(RTCSessionDescription(**answer["jsep"]))
        await connection.setLocalDescription(await connection.createAnswer())
        await self.session.tell(handle, {"request": "start"}, _described(connection))
        await _connected(connection)
        return watched

    # Chat

    async def enter_chat(self) -> None:
        """Open the chat channel if need be and enter the text room. Raises Turned."""
        if self._channel is None:
            await self._open_channel()
        body = {"textroom": "join", "room": self.room, "username": self.id, "display": self.name}
        await self._ask_chat(body | self._credentials())

    async def say(self, text: str) -> None:
        """Write a line. Raises Turned."""
        await self._ask_chat({"textroom": "message", "room": self.room, "text": text})

    async def hears(self, seconds: float = 5.0, **wanted: str) -> dict[str, Any]:
        """The first line of the chat with these fields."""

        def found() -> dict[str, Any] | None:
            return next((m for m in self.lines if wanted.items() <= m.items()), None)

        async with self._heard:
            await asyncio.wait_for(self._heard.wait_for(lambda: found() is not None), seconds)
        return found() or {}

    async def _open_channel(self) -> None:
        handle = await self.session.attach(TEXTROOM, lambda _: None)
        offer = (await self.session.tell(handle, {"request": "setup"}))["jsep"]
        connection = self._connection()
        self._channel = connection.createDataChannel("JanusDataChannel")
        opened = asyncio.Event()
        self._channel.on("open", opened.set)
        self._channel.on("message", self._read_chat)
        await connection.setRemoteDescription(RTCSessionDescription(**offer))
        await connection.setLocalDescription(await connection.createAnswer())
        await self.session.tell(handle, {"request": "ack"}, _described(connection))
        await asyncio.wait_for(opened.wait(), 15)

    async def _ask_chat(self, body: dict[str, Any]) -> None:
        mark = secrets.token_hex(6)
        assert self._channel is not None, "enter_chat comes first"
        self._channel.send(json.dumps({"transaction": mark, **body}))
        answer = await self.hears(transaction=mark)
        if "error_code" in answer:
            raise Turned(answer["error_code"], answer["error"])

    def _read_chat(self, raw: str) -> None:
        self._tasks.append(asyncio.create_task(self._note(json.loads(raw))))

    async def _note(self, line: dict[str, Any]) -> None:
        async with self._heard:
            self.lines.append(line)
            self._heard.notify_all()

    def _hear(self, message: dict[str, Any]) -> None:
        if message["janus"] == "hangup":
            self._hung_up.set()
        data = message.get("plugindata", {}).get("data", {})
        if data.get("leaving") == "ok" and data.get("reason") == "kicked":
            self.kicked.set()

    def _credentials(self) -> dict[str, str]:
        return {"token": self.link} | ({"pin": self.pin} if self.pin else {})

    def _connection(self) -> RTCPeerConnection:
        """No STUN (the default server is on the internet), and one transport for all streams: aiortc would never
        send a second picture otherwise."""
        configuration = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        connection = RTCPeerConnection(configuration)
        self._connections.append(connection)
        return connection


class Watched:
    """How many frames of each stream arrived."""

    def __init__(self) -> None:
        self.frames: Counter[str] = Counter()
        self._arrived = asyncio.Condition()

    async def drain(self, connection: RTCPeerConnection, track: MediaStreamTrack) -> None:
        """Count the frames of one track until it ends."""
        try:
            while True:
                await track.recv()
                mid = next(str(t.mid) for t in connection.getTransceivers() if t.receiver.track is track)
                async with self._arrived:
                    self.frames[mid] += 1
                    self._arrived.notify_all()
        except MediaStreamError:
            pass

    async def flows(self, mid: str, frames: int = 2, seconds: float = 5.0) -> bool:
        """Whether so many further frames of a stream arrive in time."""
        goal = self.frames[mid] + frames
        try:
            async with self._arrived:
                await asyncio.wait_for(self._arrived.wait_for(lambda: self.frames[mid] >= goal), seconds)
        except TimeoutError:
            return False
        return True


def _described(connection: RTCPeerConnection) -> dict[str, str]:
    local = connection.localDescription
    return {"type": local.type, "sdp": local.sdp}


async def _connected(connection: RTCPeerConnection, seconds: float = 15.0) -> None:
    changed = asyncio.Event()
    connection.on("connectionstatechange", changed.set)
    async with asyncio.timeout(seconds):
        while connection.connectionState != "connected":
            if connection.connectionState in {"failed", "closed"}:
                raise ConnectionError(f"media is {connection.connectionState}")
            await changed.wait()
            changed.clear()
