"""Mail through a real server: what arrives, and what is said when nothing does."""

import socket

import pytest

from certflow.gateways import mail
from tests.mailbox import Mailbox

LETTER = mail.Mail("tam@example.gov.vn", "Thư mời ông/bà", "Kính gửi\n.\nông/bà Tám\n" + "dài " * 400, "20260101.7")
SENDER = "Sở Giáo dục và Đào tạo <certflow@example.gov.vn>"


def test_vietnamese_words_arrive_whole(post: Mailbox) -> None:
    mail.send(LETTER, smtp_url=post.url, sender=SENDER)

    (arrived,) = post.mails
    assert post.text().split() == LETTER.body.split()
    assert "\n.\n" in post.text()
    assert arrived["Subject"] == LETTER.subject
    assert arrived["From"].addresses[0].display_name == "Sở Giáo dục và Đào tạo"
    assert arrived["From"].addresses[0].addr_spec == "certflow@example.gov.vn"
    assert arrived["Message-ID"] == "<20260101.7@example.gov.vn>"
    assert arrived["Auto-Submitted"] == "auto-generated"


def test_a_refusal_is_told_in_the_words_of_the_server(post: Mailbox) -> None:
    post.refusing = "554 the mailbox is full"

    with pytest.raises(mail.MailError, match=r"554.*the mailbox is full"):
        mail.send(LETTER, smtp_url=post.url, sender=SENDER)

    assert post.mails == []


def test_a_server_that_is_not_there_is_told(post: Mailbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    with pytest.raises(mail.MailError, match="ConnectionRefusedError"):
        mail.send(LETTER, smtp_url=f"smtp://127.0.0.1:{port}", sender=SENDER)


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
def test_nothing_is_sent_in_the_open_where_encryption_was_asked_for(post: Mailbox, scheme: str) -> None:
    address = post.url.replace("smtp", scheme, 1)

    with pytest.raises(mail.MailError):
        mail.send(LETTER, smtp_url=address, sender=SENDER)

    assert post.mails == []


def test_a_password_for_a_server_that_asks_for_none_is_told_and_not_repeated(post: Mailbox) -> None:
    address = post.url.replace("//", "//name:secret%40word@")

    with pytest.raises(mail.MailError) as refusal:
        mail.send(LETTER, smtp_url=address, sender=SENDER)

    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "recipient", ["tam@example.gov.vn\nBcc: ai@example.com", "tam@example.gov.vn, ai@example.com", ""]
)
def test_an_address_that_is_none_is_no_way_to_others(post: Mailbox, recipient: str) -> None:
    letter = mail.Mail(recipient, LETTER.subject, LETTER.body, LETTER.message_id)

    with pytest.raises(mail.MailError):
        mail.send(letter, smtp_url=post.url, sender=SENDER)


@pytest.mark.parametrize("notice", ["invitation", "reset"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_notice_says_who_what_and_until_when(notice: str, language: str) -> None:
    facts = {"full_name": "Lê <b>Tám</b>", "sign_in_name": "le.tam", "url": "https://x/links/y", "until": "10:00"}
    subject, body = mail.words(notice, language, facts)

    assert subject.startswith("CertFlow: ")
    assert all(value in body for value in facts.values())


@pytest.mark.parametrize("what", ["password_given", "second_factor_reset", "email_changed"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_who_is_told_of_a_change_reads_what_when_and_by_whom(what: str, language: str) -> None:
    facts = {
        "full_name": "Lê Tám",
        "sign_in_name": "le.tam",
        "who": "Trần Năm",
        "at": "10:00 01/02/2026",
        "what": what,
    }
    _subject, body = mail.words("account_changed", language, facts)

    assert all(value in body for value in facts.values() if value != what)
    assert what not in body
