"""Every file of a clinic folder, read as the program reads it; all mistakes of all files at once."""

from dataclasses import dataclass
from pathlib import Path

from adapters.clinic.files import Clinic, load_clinic, load_sites, there
from adapters.clinic.staff_file import StaffFile, load_staff
from adapters.clinic.texts import ClinicTexts, load_texts
from course.library.loading import Fault, LoadError


@dataclass(frozen=True)
class ClinicFolder:
    """What a sound folder says."""

    clinic: Clinic
    texts: ClinicTexts
    staff: StaffFile


def load_folder(folder: Path) -> ClinicFolder:
    """Sites, protocols, instruments, texts and staff; raises LoadError with all mistakes of all files."""
    there(folder)
    faults: list[Fault] = []
    clinic = texts = staff = None
    try:
        clinic = load_clinic(folder)
    except LoadError as error:
        faults += error.faults
    sites = clinic.sites if clinic is not None else load_sites(folder)
    try:
        texts = load_texts(folder, sites)
    except LoadError as error:
        faults += error.faults
    try:
        staff = load_staff(
            folder / "staff.toml", frozenset(sites), frozenset(texts.languages if texts is not None else ())
        )
    except LoadError as error:
        faults += error.faults
    if clinic is None or texts is None or staff is None:
        raise LoadError(faults)
    return ClinicFolder(clinic, texts, staff)
