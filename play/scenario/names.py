"""Names of synthetic patients; every one is made up."""

NAMES = (
    "Ada Brook",
    "Ben Castle",
    "Cleo Dale",
    "Dov Elmore",
    "Eva Fields",
    "Finn Grove",
    "Gia Heath",
    "Hal Ives",
    "Ida June",
    "Jon Knoll",
    "Kim Lake",
    "Leo Marsh",
    "Mae North",
    "Ned Oaks",
    "Oda Pond",
    "Pat Quarry",
)
