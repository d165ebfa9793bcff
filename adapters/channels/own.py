"""A channel of a clinic's own: a module in the clinic folder, or any that Python finds, named by a setting."""

import sys
from importlib import import_module

from activities.ports import Channel
from adapters.settings import Settings, SettingsError


def opened(setting: str, named: str, settings: Settings) -> Channel:
    """What `module:function` makes out of the settings; raises SettingsError in one sentence."""
    folder = str(settings.clinic_folder.resolve())
    if folder not in sys.path:
        sys.path.append(folder)
    module, _, function = named.partition(":")
    why = f"{setting} names {named}, which opens no channel"
    try:
        made: Channel = getattr(import_module(module), function)(settings)
    except (ImportError, SyntaxError, AttributeError, LookupError, ValueError, TypeError, OSError) as error:
        raise SettingsError(f"{why}: {type(error).__name__}: {error}") from None
    if not callable(getattr(made, "deliver", None)):
        raise SettingsError(f"{why}: what it returns has no `deliver`")
    return made
