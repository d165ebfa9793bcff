import re
from pathlib import Path

import pytest

from adapters.settings import Settings, SettingsError, load_settings, variable

SMS = {
    "ST_SMS_URL": "https://sms.example",
    "ST_SMS_ACCOUNT": "AC1",
    "ST_SMS_TOKEN": "hunter2",
    "ST_SMS_FROM": "+12125550100",
}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"ST_SMS_TOKEN": ""}, "ST_SMS_TOKEN is needed when ST_SMS_URL is set."),
        (
            {"ST_SMS_FROM": "Clinic"},
            "ST_SMS_FROM is a number such as +12125550100, or a MessagingServiceSid: a name cannot be answered STOP.",
        ),
        ({"ST_SMS_URL": "http://sms.example"}, "ST_SMS_URL begins with https://, or http:// on this machine itself."),
        (
            {"ST_SMS_URL": "https://sms.example:x"},
            "ST_SMS_URL begins with https://, or http:// on this machine itself.",
        ),
    ],
)
def test_text_messages_are_set_up_whole(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], sentence: str
) -> None:
    """Account, token, sender and a private wire are checked at the start; the token is not quoted or printed."""
    for name, value in SMS.items():
        monkeypatch.setenv(name, value)
    assert "hunter2" not in repr(load_settings(None))
    for name, value in changed.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings(None)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("ST_SMTP_PORT", "mail", "ST_SMTP_PORT is wrong: input should be a valid integer"),
        ("ST_LOG_LEVEL", "loud", "ST_LOG_LEVEL is wrong: input should be 'debug', 'info', 'warning' or 'error'."),
        ("ST_CHANNEL", "email", "ST_SMTP_HOST is needed when ST_CHANNEL is 'email'."),
        ("ST_METRICS_ADDRESS", "everywhere", "ST_METRICS_ADDRESS is wrong: "),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str) -> None:
    """One sentence names the variable and what it may be, without its value."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings(None)
    assert str(refused.value).startswith(sentence)
    assert str(refused.value).count("\n") == 0


@pytest.mark.parametrize(
    ("url", "token", "sentence"),
    [
        ("https://chairs.example", "", "ST_SCHEDULER_TOKEN is needed when ST_SCHEDULER_URL is set."),
        (
            "http://chairs.example",
            "hunter2",
            "ST_SCHEDULER_URL begins with https://, or http:// on this machine itself.",
        ),
    ],
)
def test_a_scheduler_is_set_up_whole(monkeypatch: pytest.MonkeyPatch, url: str, token: str, sentence: str) -> None:
    """A token and a private wire are checked at the start; the token is not quoted or printed."""
    monkeypatch.setenv("ST_SCHEDULER_URL", "https://chairs.example")
    monkeypatch.setenv("ST_SCHEDULER_TOKEN", "hunter2")
    assert "hunter2" not in repr(load_settings(None))
    monkeypatch.setenv("ST_SCHEDULER_URL", url)
    monkeypatch.setenv("ST_SCHEDULER_TOKEN", token)
    with pytest.raises(SettingsError) as refused:
        load_settings(None)
    assert str(refused.value) == sentence


def test_a_misspelt_name_in_the_file_is_refused(tmp_path: Path) -> None:
    """A line of .env that is no setting is refused by its name."""
    file = tmp_path / ".env"
    file.write_text("ST_SMPT_PASSWORD=hunter2\n")
    with pytest.raises(SettingsError) as refused:
        load_settings(file)
    assert str(refused.value) == "ST_SMPT_PASSWORD in .env is not a setting: did you mean ST_SMTP_PASSWORD."


def test_what_lies_in_the_data_folder_moves_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """One variable moves keys, store and mailbox; each can still be put elsewhere."""
    monkeypatch.setenv("ST_DATA_FOLDER", "/srv/clinic")
    monkeypatch.setenv("ST_MAILBOX_FOLDER", "/srv/mail")
    found = load_settings(None)
    assert found.key_ring_file == Path("/srv/clinic/keys.json")
    assert found.store_url.get_secret_value() == "sqlite+aiosqlite:////srv/clinic/store.db"
    assert found.mailbox_folder == Path("/srv/mail")


def test_secrets_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the mail password nor the store's URL shows when settings are printed."""
    monkeypatch.setenv("ST_SMTP_PASSWORD", "hunter2")
    monkeypatch.setenv("ST_STORE_URL", "postgresql+psycopg://clinic:hunter2@db/clinic")
    assert "hunter2" not in repr(load_settings(None))


def test_the_example_file_lists_every_setting() -> None:
    """.env.example names each setting once with its description, and no other."""
    example = Path(".env.example").read_text()
    assert re.findall(r"^# ?(ST_\w+)=", example, re.MULTILINE) == [variable(name) for name in Settings.model_fields]
    for field in Settings.model_fields.values():
        assert f"# {field.description}\n" in example
    assert load_settings(Path(".env.example")) == load_settings(None)
