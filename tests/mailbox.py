"""A real mail server on this machine that keeps what it is given, or refuses it when told to."""

import re
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

LINK = re.compile(r"https?://\S+/links/(\S+)")


class Mailbox:
    """What arrived, in order; `refusing` is answered instead while it is set."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refusing = ""
        self.url = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the server's own name
        if self.refusing:
            return self.refusing
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 taken"

    def token(self) -> str:
        """The token of the link in the newest mail."""
        found = LINK.search(self.text())
        assert found
        return found[1]

    def text(self) -> str:
        """The words of the newest mail."""
        return str(self.mails[-1].get_content())


@pytest.fixture
def post() -> Iterator[Mailbox]:
    """A mail server at a free port of this machine; name its `url` in the settings to have mail sent there."""
    mailbox = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    mailbox.url = f"smtp://127.0.0.1:{port}"
    try:
        yield mailbox
    finally:
        controller.stop()
