"""The clinic's own folder: sites, protocols, instruments, staff and texts, read strictly."""
