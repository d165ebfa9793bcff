"""Where patients are reached; read at the moment of sending."""

import re

from sqlalchemy import bindparam, insert, select, update

from activities.ports import Contact, Medium
from adapters.store.database import Database
from adapters.store.errors import StoreError
from adapters.store.log.writing import logged
from adapters.store.tables import CONTACTS, PATIENTS

CONTACT_OF = select(CONTACTS).where(CONTACTS.c.patient_id == bindparam("of_patient"))

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_PHONE = re.compile(r"\+[0-9]{7,15}")
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
_BETWEEN = re.compile(r"[\s.()/\u00a0\u2010-\u2015\u202f\u2212-]")
_LANGUAGE = re.compile(r"[a-z]{2}")


def email_of(text: str) -> str:
    """An e-mail address, or nothing; raises StoreError, which does not quote it."""
    if text.strip() and not _EMAIL.fullmatch(text.strip()):
        raise StoreError("An e-mail address looks like name@example.org, in plain letters: type it again.")
    return text.strip()


def phone_of(text: str) -> str:
    """A phone number with its country, or nothing, however people space it; the (0) for callers at home is left out."""
    plain = _BETWEEN.sub("", _TRUNK_ZERO.sub("", text))
    plain = f"+{plain[2:]}" if plain.startswith("00") else plain
    if text.strip() and not _PHONE.fullmatch(plain):
        raise StoreError("A phone number begins with + and its country, such as +1 212 555 0100: type it again.")
    return plain


class ContactBook:
    """One contact a patient."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, patient_id: str, contact: Contact) -> None:
        """Keep a patient's contact in place of the one before."""
        if not _LANGUAGE.fullmatch(contact.language):
            raise StoreError("A language is written with two letters, such as en: type it again.")
        values = {
            "email": email_of(contact.email),
            "phone": phone_of(contact.phone),
            "language": contact.language,
            "preferred": contact.preferred,
        }
        async with self._database.writing() as connection:
            mine = select(PATIENTS.c.patient_id).where(PATIENTS.c.patient_id == patient_id).with_for_update()
            if (await connection.execute(mine)).one_or_none() is None:
                raise StoreError(f"There is no patient {patient_id}: add the patient first.")
            theirs = CONTACTS.c.patient_id == patient_id
            async with logged(connection, CONTACTS, theirs):
                if not (await connection.execute(update(CONTACTS).where(theirs).values(**values))).rowcount:
                    await connection.execute(insert(CONTACTS).values(patient_id=patient_id, **values))

    async def with_phone(self, phone: str) -> tuple[str, ...]:
        """The patients whose phone this is; sealed columns have no index, so all of them are read."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(CONTACTS.c.patient_id, CONTACTS.c.phone))
            return tuple(sorted(row.patient_id for row in rows if phone and row.phone == phone))

    async def of(self, patient_id: str) -> Contact | None:
        """Where the patient is reached, or None."""
        given = {"of_patient": patient_id}
        row = await self._database.read(lambda connection: connection.execute(CONTACT_OF, given).one_or_none())
        if row is None:
            return None
        return Contact(email=row.email, phone=row.phone, language=row.language, preferred=Medium(row.preferred))
