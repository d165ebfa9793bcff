"""Phone numbers as people write them."""

from datetime import date

import pytest

from activities.ports import Contact
from adapters.settings import SettingsError, load_settings
from adapters.store import Store
from adapters.store.errors import StoreError
from adapters.store.people.contacts import phone_of
from tests.support.stores import postgres, store, store_url

__all__ = ["postgres", "store", "store_url"]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("+44 ( 0 ) 20-7946-0958", "+442079460958"),
        ("+1 (212) 555-0123", "+12125550123"),
        ("+1.212.555.0123", "+12125550123"),
        ("+1\u00a0212\u2011555\u20130123 ", "+12125550123"),
        ("+49 30/901820", "+4930901820"),
        ("0034 912 345 678", "+34912345678"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_a_number_is_understood_however_it_is_spaced(written: str, number: str) -> None:
    """Spaces, dots, brackets, slashes, hyphens of any kind, the (0) of a country, and 00 for the plus."""
    assert phone_of(written) == number


@pytest.mark.parametrize("written", ["212 555 0123", "+1 212 555 0123 ext. 4", "+12", "+1 212 CALL NOW", "(0)", "---"])
def test_what_is_no_number_with_its_country_is_refused(written: str) -> None:
    """One sentence with the right form; what was typed is not quoted."""
    with pytest.raises(StoreError, match="begins with \\+ and its country, such as") as refused:
        phone_of(written)
    assert written not in str(refused.value)


async def test_whoever_texts_is_known_by_the_plain_number(store: Store) -> None:
    """Carriers send the bare number; it finds the patient whose number was typed with (0) and spaces."""
    patient = await store.directory.add_patient("Zephyrine Quillfeather", date(1981, 3, 14))
    await store.contacts.put(patient.patient_id, Contact(phone="+44 (0)20 7946.0958"))
    assert await store.contacts.with_phone("+442079460958") == (patient.patient_id,)


def test_a_name_cannot_send_texts() -> None:
    """Who is written to by a name cannot answer STOP."""
    fields = {"sms_url": "https://sms.example", "sms_account": "AC1", "sms_token": "t", "sms_from": "CLINIC"}
    with pytest.raises(SettingsError, match=r"ST_SMS_FROM is a number .* a name cannot be answered STOP"):
        load_settings(None, **fields)
