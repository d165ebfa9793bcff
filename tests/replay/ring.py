"""The key of the committed histories: public, because everything in them is made up."""

from adapters.keyring import KeyRing

RING = KeyRing({"replay": bytes(range(32))}, active="replay")
