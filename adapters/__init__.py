"""Everything that touches the world: server, keys, store, channels, logs."""
