"""The practice classroom from its own side: what its host sees, and pupils and strangers who come in by its door."""

from typing import Any

from tests.browser.loopback import Caller


class Classroom:
    """The whole platform, asked with its own token."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._host, self._guest = Caller(f"{url}/api", token), Caller(url)

    def accounts(self) -> list[dict[str, Any]]:
        """The pupils and teachers who have an account there."""
        return list(self._host.get("/accounts")["accounts"])

    def open(self, meeting: str, title: str) -> "ClassRoom":
        """A meeting that has begun."""
        self._host.ask("POST", "/meetings", {"id": meeting, "title": title, "start": True})
        return self.room(meeting)

    def room(self, meeting: str) -> "ClassRoom":
        """A meeting that is there."""
        return ClassRoom(self._host, self._guest, meeting)

    def faults(self, *rules: dict[str, Any]) -> None:
        """Let the platform misbehave so, and not otherwise; without rules it behaves."""
        self._host.ask("PUT", "/faults", {"rules": list(rules)})


class ClassRoom:
    """One meeting."""

    def __init__(self, host: Caller, guest: Caller, meeting: str) -> None:
        self._host, self._guest, self.meeting = host, guest, meeting

    # The host's side

    def look(self) -> dict[str, Any]:
        """Everything: live, inside, waiting, switches."""
        return dict(self._host.get(f"/meetings/{self.meeting}/participants"))

    def switches(self) -> dict[str, bool]:
        """The eight switches."""
        return dict(self.look()["switches"])

    def where(self, person: str) -> str:
        """inside, waiting or gone."""
        return str(self._host.get(f"/meetings/{self.meeting}/participants/{person}")["participant"]["place"])

    def banned(self, person: str) -> bool:
        """Whether somebody is kept out for good."""
        return bool(self._host.get(f"/meetings/{self.meeting}/participants/{person}")["participant"]["banned"])

    def fill(self, pupils: int) -> None:
        """A teacher and pupils who behave."""
        self._host.ask("POST", f"/meetings/{self.meeting}/class", {"pupils": pupils, "seconds": 600})

    def end(self) -> None:
        """The host ends it, from his own client."""
        self._host.ask("POST", f"/meetings/{self.meeting}/end", {})

    # The guests' side

    def enter(self, name: str, *, sign_in: str = "", audio: bool = False) -> "Guest":
        """Somebody comes to the door."""
        body = {"name": name, "sign_in": sign_in, "audio": audio}
        answer = self._guest.ask("POST", f"/rooms/{self.meeting}/join", body)
        return Guest(self._guest, self.meeting, answer["me"]["id"], answer["seat"])

    def enter_as_pupil(self, name: str) -> "Guest":
        """A pupil of the practice school signs in."""
        door = self._guest.get(f"/rooms/{self.meeting}")["pupils"]
        return self.enter("", sign_in=next(p["sign_in"] for p in door if p["name"] == name))


class Guest:
    """One presence, as its owner sees it."""

    def __init__(self, guest: Caller, meeting: str, id: str, seat: str) -> None:
        self._guest, self._path, self._seat, self.id = guest, f"/rooms/{meeting}", seat, id

    def place(self) -> str:
        """inside, waiting or gone."""
        return str(self._guest.ask("GET", f"{self._path}/me", x_seat=self._seat)["me"]["place"])

    def say(self, text: str) -> None:
        """Write a line of chat."""
        self._guest.ask("POST", f"{self._path}/say", {"text": text}, x_seat=self._seat)

    def rename(self, name: str) -> None:
        """Take another name."""
        self._guest.ask("POST", f"{self._path}/rename", {"name": name}, x_seat=self._seat)

    def leave(self) -> None:
        """Go."""
        self._guest.ask("POST", f"{self._path}/leave", {}, x_seat=self._seat)
