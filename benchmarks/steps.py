"""Why a goal is not met, where the table says so, and what would come next."""

COMMAND = (
    "most of it is imports: SQLAlchemy, Temporal's SDK and pydantic's models of every act; next is that a command "
    "loads only the models of its own acts, and the store only where it reads or writes"
)

STEPS = {
    "courses a second": "the worker's CPU is what limits; it is the row below.",
    "worker cpu": (
        "what is left beside the floor is the SDK's own work on larger payloads, two commits to the ledger for "
        "each message where the floor has one, letters, histories for the archive, and the rules. Next: the first "
        "look at the ledger in the same trip as the first commit, and fewer workflow tasks (see events)."
    ),
    "server cpu": (
        "an act of ours writes search attributes and a card beside what the floor writes, and payloads are larger. "
        "Next: both in the same task as what else changes, the card only where a list would show a difference."
    ),
    "dbos speed": (
        "Temporal's own floor does not reach it either (see beside the goals): its history, its page turns and the "
        "leaps of its virtual clock cost more than rows of steps. What is bought with it is said below; one machine "
        "at this speed still lives some ten thousand course-years a day."
    ),
    "act light": (
        "beside the floor an act is signed, encrypted, validated against the whole record, and its answer decoded; "
        "next are answers that carry only what the caller needs, and one codec call a task."
    ),
    "act saturated": "the same as at light load, many times over.",
    "help seconds": "imports take nearly all of it; next is a help text that is made when the program is built.",
    "show seconds": f"{COMMAND}.",
    "needs seconds": f"{COMMAND}.",
    "note seconds": f"{COMMAND}.",
    "worker ready seconds": (
        "imports, then checking and hashing the build, then waiting until the server has made the build current; "
        "next are imports that only some activities need, taken when first used."
    ),
    "memory": (
        "protocols, instruments and zones are held once by all courses; what is left is the record itself and what "
        "the SDK holds of a run. Next: a look at what Temporal's core keeps of larger payloads, with more courses "
        "than a quick run."
    ),
    "events": (
        "three events a workflow task, and six for an act; suicide screens and contacts after each infusion are acts "
        "that the first reckoning did not have. Next: what is due within the same minute shares one wake."
    ),
    "actions": (
        "timers and search attributes are more than half (see [cost](cost.md)). Next: no timer that an act "
        "will cancel anyway, attributes written once for everything that an act and its task change."
    ),
    "pages": (
        "each record that changed has all scores since the first dose looked through for a relapse. Next: remember "
        "that with the scores and doses, not with the whole record."
    ),
    "recovery": "the replay of cold courses is dearer than the floor's; its row says by how much.",
    "replay": (
        "the rules are an eighth of it by now; the SDK's tasks and threads, decoding and models are the rest. "
        "Next: replay on all cores, a process each."
    ),
    "act among many": "the server goes through larger tables; next is to find out which.",
    "roster 10000": "every bucket of due instants is read whole before it is sorted; next are narrower buckets.",
    "worklist 10000": "every bucket of due instants is read whole before it is sorted; next are narrower buckets.",
    "roster 50000": "every bucket of due instants is read whole before it is sorted; next are narrower buckets.",
    "worklist 50000": "every bucket of due instants is read whole before it is sorted; next are narrower buckets.",
    "worker memory": "see the memory of one course; fewer courses may be held meanwhile.",
}
