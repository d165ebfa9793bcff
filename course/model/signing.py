"""How a person signs an act: with a key of their own, whose private half stays where they are."""

from typing import Literal

from course.model.base import Carried


class Ed25519Signature(Carried):
    """A signature as RFC 8032 has it, in base64; `key_id` names the public half in the log."""

    algorithm: Literal["ed25519"] = "ed25519"
    key_id: str
    value: str


ActSignature = Ed25519Signature
"""Every kind of signature that an act may carry, told apart by `algorithm`."""
