"""C2SP tiles: the hashes of a log in files of 256, of which all but the last of a level never change."""

from collections.abc import Iterator, Sequence

from adapters.tlog.tree import HASH_BYTES, root

WIDTH = 256


def tiles(leaves: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """Every tile of a tree, by its path."""
    level, hashes = 0, leaves
    while hashes:
        for number in range(0, len(hashes), WIDTH):
            tile = hashes[number : number + WIDTH]
            yield path(level, number // WIDTH, len(tile)), b"".join(tile)
        full = len(hashes) // WIDTH
        hashes = [root(hashes[number * WIDTH : (number + 1) * WIDTH]) for number in range(full)]
        level += 1


def path(level: int, number: int, width: int = WIDTH) -> str:
    """Where a tile stands, `tile/0/x001/x234/067`; a partial one says how wide it is."""
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03}")
    return f"tile/{level}/{'/'.join(groups)}" + (f".p/{width}" if width < WIDTH else "")


def leaf_tiles(size: int) -> Iterator[str]:
    """The paths that hold the leaf hashes of a tree of a size, in order."""
    return (path(0, number // WIDTH, min(WIDTH, size - number)) for number in range(0, size, WIDTH))


def hashes_in(tile: bytes) -> list[bytes]:
    """The hashes of a tile, in order."""
    return [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]
