"""Keys, passphrases, sign-in, signatures and licences: who somebody is, and what proves it."""
