"""The command line: every command by name, imported only when it is called."""

import os
import sys
from decimal import InvalidOperation

from cyclopts import App
from cyclopts.exceptions import CycloptsError, UnusedCliTokensError

from cli.output import USAGE, complain

COMMANDS = {
    "People": {
        "login": "people.account:login",
        "logout": "people.account:logout",
        "whoami": "people.account:me",
        "passphrase": "people.account:passphrase",
        "staff list": "people.staff:list_staff",
        "staff load": "people.staff:load",
        "staff disable": "people.staff:disable",
        "staff enable": "people.staff:enable",
        "oncall show": "people.oncall:show",
        "oncall turn": "people.oncall:turn",
        "oncall remove": "people.oncall:remove",
        "oncall leave": "people.oncall:leave",
        "oncall back": "people.oncall:back",
    },
    "Work": {"list": "work.lists:list_courses", "needs": "work.lists:needs", "show": "work.one_course:show"},
    "Intake": {
        "enrol": "intake.intake:enrol",
        "gate": "intake.intake:gate",
        "lab": "intake.laboratory:lab",
        "clear": "intake.intake:clear",
        "order": "intake.intake:order",
    },
    "Visits": {
        "schedule": "visits.visits:schedule",
        "confirm": "visits.visits:confirm",
        "defer": "visits.visits:defer",
        "omit": "visits.visits:omit",
        "no-show": "visits.visits:no_show",
        "check-in": "visits.room:check_in",
        "not-given": "visits.room:not_given",
        "session": "visits.room:session",
        "abort": "visits.room:abort",
        "leave": "visits.room:leave",
        "event": "visits.room:event",
        "cease": "visits.visits:cease",
        "booster": "visits.visits:booster",
        "close-site": "visits.close_site:close_site",
        "slots": "visits.slots:slots",
        "downtime-sheet": "visits.downtime:downtime_sheet",
        "waitlist add": "visits.waitlist:add",
        "waitlist list": "visits.waitlist:list_",
        "waitlist drop": "visits.waitlist:drop",
    },
    "Care": {
        "measure": "care.measuring:measure",
        "evaluate": "care.care:evaluate",
        "hold": "care.care:hold",
        "review": "care.care:review",
        "release": "care.care:release",
        "interval": "care.care:interval",
        "contact": "care.care:contact",
        "patient": "intake.patient:patient",
        "acknowledge": "care.care:acknowledge",
        "safety-plan": "care.care:safety_plan",
        "resolve": "care.care:resolve",
        "reassign": "people.staff:reassign",
        "call": "care.care:call",
        "note": "care.care:note",
        "inbox": "running.webhook:inbox",
        "discharge": "care.care:discharge",
        "withdraw": "care.care:withdraw",
        "correct": "care.measuring:correct",
        "void": "care.measuring:void",
        "reopen": "care.care:reopen",
    },
    "Beside the infusions": {
        "therapy": "care.followup:therapy",
        "attend": "care.followup:attend",
        "medicine": "care.followup:medicine",
        "review-medicine": "care.followup:review_medicine",
        "check": "care.followup:check",
        "ask-booster": "care.followup:ask_booster",
        "late-entry": "care.followup:late_entry",
    },
    "Looking ahead and back": {
        "forecast": "work.one_course:forecast_course",
        "judge": "work.one_course:judge_course",
        "explain": "work.explain:explain_course",
        "timeline": "work.timeline:timeline",
        "simulate": "simulate:simulate",
        "demo": "demo.demo:demo",
    },
    "Controlled drugs": {
        "vial receive": "drugs.vials:receive",
        "vial open": "drugs.vials:open_vial",
        "vial list": "drugs.vials:list_vials",
        "vial discard": "drugs.vials:discard",
        "draw": "drugs.syringes:draw",
        "give": "drugs.syringes:give",
        "waste": "drugs.syringes:waste",
        "count": "drugs.syringes:count",
        "discrepancy": "drugs.drug_log:discrepancy",
        "address": "drugs.drug_log:address",
        "drug-log": "drugs.drug_log:drug_log",
    },
    "Library": {"score": "library.library:score_answers"},
    "Running it": {
        "up": "running.up:up",
        "webhook": "running.webhook:webhook",
        "doctor": "running.doctor:doctor",
        "proof": "running.proof:proof",
        "access": "people.access:access",
        "notary": "audit.notary:notary",
        "audit verify": "audit.verify:verify",
        "audit export": "audit.export:export",
        "audit timeline": "audit.timeline:timeline",
        "audit search": "audit.search:search",
        "audit access": "audit.looks:access",
        "audit review": "audit.review:review",
        "search-attributes": "running.search_attributes:search_attributes",
        "wake": "running.wake:wake",
        "rescue": "running.rescue:rescue",
    },
}
"""Where each command lives, under the heading that --help shows."""

NOUNS = {"protocols": ("list", "show", "check", "diff"), "instruments": ("list",)}
"""Commands of two words, all of the library."""

HELP = {
    "login": "Sign in.",
    "logout": "Sign out.",
    "whoami": "Show who is signed in.",
    "passphrase": "Change your passphrase, or give an account a new one.",
    "staff": "Accounts: list, load, disable, enable.",
    "staff list": "Everybody who has an account.",
    "staff load": "Bring accounts into line with staff.toml.",
    "staff disable": "Take an account out of service, and hand over what it answers for.",
    "staff enable": "Put an account back into service.",
    "oncall": "Who is told of a safety matter: show, turn, remove, leave, back.",
    "oncall show": "Who is told now, the turns ahead, and who is away.",
    "oncall turn": "Add a dated turn.",
    "oncall remove": "Remove a dated turn.",
    "oncall leave": "Record that somebody is away.",
    "oncall back": "Record that somebody is back.",
    "reassign": "Make somebody else answer for a course or its escalation.",
    "list": "List open courses, the soonest due first.",
    "needs": "The worklist: what is waiting for a person.",
    "show": "Show one course in full.",
    "enrol": "Enrol a patient and begin the course.",
    "gate": "Answer an intake gate.",
    "lab": "Record a laboratory result, or that it is pending.",
    "clear": "Sign that the course may begin.",
    "order": "Amend the order.",
    "schedule": "Plan the sessions.",
    "confirm": "Record that the patient will come.",
    "defer": "Move a visit, by itself or with the rest.",
    "omit": "Leave a visit out for good.",
    "no-show": "Record that the patient did not come.",
    "check-in": "Record the check before dosing.",
    "not-given": "Record that the patient came and was not dosed.",
    "session": "Record what was given.",
    "abort": "Record a stopped infusion.",
    "leave": "Let the patient leave after an infusion.",
    "event": "Report an adverse event.",
    "cease": "End the series early.",
    "booster": "Book a maintenance session.",
    "measure": "Record a questionnaire.",
    "evaluate": "Sign the decision of an evaluation.",
    "hold": "Hold the course: no dosing for now.",
    "review": "Keep a hold, and review it later.",
    "release": "Release a hold: dosing may go on.",
    "interval": "Change the days between boosters.",
    "contact": "Record which messages the patient allows.",
    "patient": "Correct a name, birth date, address or telephone number.",
    "acknowledge": "Acknowledge the open escalation.",
    "resolve": "Close a task or an escalation.",
    "safety-plan": "Sign a safety plan made with the patient.",
    "call": "Record a call to the patient, and its outcome.",
    "note": "Write on the course's page.",
    "discharge": "End the course.",
    "withdraw": "Record that the patient ends the course.",
    "correct": "Correct a score, a dose or an entry.",
    "void": "Void what belongs to another chart.",
    "reopen": "Reopen a closed course.",
    "forecast": "Show what comes next; with --if, what would change.",
    "judge": "Show how the scores read.",
    "explain": "Why a course stands as it does, and who may override it.",
    "timeline": "Tell the story of a course from its histories.",
    "vial": "Vials in stock: receive, open, list, discard.",
    "vial receive": "Take a vial into stock.",
    "vial open": "Record when a vial was opened.",
    "vial list": "List vials, and what each should hold.",
    "vial discard": "Destroy what is left in a vial, before a witness.",
    "draw": "Draw a syringe from a vial for a session.",
    "give": "Record what was given from a syringe.",
    "waste": "Destroy what is left in a syringe, before a witness.",
    "count": "Record what a vial or syringe really holds.",
    "discrepancy": "Sign what became of a discrepancy.",
    "address": "Record where the patient lives, for the drug log.",
    "drug-log": "Who gave what to whom, when, from which lot.",
    "simulate": "Play a scenario in virtual time.",
    "demo": "A year of a clinic with fourteen made-up patients.",
    "score": "Score answers: total, band, flags.",
    "up": "Run a persistent stack on this machine.",
    "close-site": "Move all visits on days when a site is closed.",
    "slots": "A site's day by chair: who has which, when each is free.",
    "downtime-sheet": "A page for each visit of a day, to print and write on while the network is down.",
    "waitlist": "Who wants an earlier visit: add, list, drop.",
    "waitlist add": "Put a patient who wants an earlier visit on the list.",
    "waitlist list": "Who waits for an earlier visit.",
    "waitlist drop": "Take a patient off the list.",
    "therapy": "Begin, change or end an adjunctive therapy.",
    "attend": "Record whether the patient came to a therapy.",
    "medicine": "Record a change of medicine, reported or ordered.",
    "review-medicine": "Record that an ordered change was reviewed.",
    "check": "Record a long-term check.",
    "ask-booster": "Record that the patient asks for a booster.",
    "late-entry": "Record what was not written down at the time.",
    "inbox": "Read a patient's text messages.",
    "webhook": "Receive replies to text messages, and receipts.",
    "proof": "Nobody disappears: every open course, and what is wrong.",
    "search-attributes": "Create what lists need on a Temporal server of your own.",
    "notary": "Vouch for the log under the notary's own key.",
    "audit": "What can be proved: verify, export, timeline, search, access, review.",
    "audit verify": "Check that what was recorded is still what it was.",
    "audit export": "Take a course, or all, away with their proofs.",
    "audit timeline": "Tell the story of a course with its signatures.",
    "audit search": "Find entries of the log, and acts inside histories.",
    "audit access": "Who looked at a patient, and what was refused.",
    "audit review": "Sign that a period was looked at; what nobody has.",
    "access": "Who signed in, viewed, and changed accounts or on-call lists.",
    "doctor": "Say what is well and what is not.",
    "wake": "Wake every course, so that it notices a newer build.",
    "rescue": "Reset a course whose history does not replay.",
}
"""One line each, here so that --help need not import everything."""


def app() -> App:
    """The whole command line."""
    whole = App(
        name="starter.py",
        help="Treatment courses: intake, infusions, evaluation and boosters, as durable workflows.\n\n"
        "Sign in with `login`, see what is waiting with `needs`, look at one course with `show`. "
        "Times are by the clinic's clock: `2026-11-30 09:00`, `tomorrow 09:00`. Every command takes --json.",
        version="0.1.0",
        result_action="return_value",
    )
    for group, commands in COMMANDS.items():
        nouns: dict[str, App] = {}
        for name, where in commands.items():
            noun, _, verb = name.rpartition(" ")
            if noun and noun not in nouns:
                nouns[noun] = App(name=noun, help=HELP[noun], group=group)
                whole.command(nouns[noun])
            home = nouns[noun] if noun else whole
            home.command(f"cli.{where}", name=verb, group=None if noun else group, help=HELP[name])
    for noun, verbs in NOUNS.items():
        sub = App(name=noun, help=f"The clinic's {noun}.", group="Library")
        for verb in verbs:
            sub.command(f"cli.library.library:{noun}_{verb}", name=verb)
        whole.command(sub)
    return whole


def main(arguments: list[str] | None = None) -> int:
    """Run one command line; the exit code says how it went."""
    value = sys.argv[1:] if arguments is None else arguments
    try:
        code = app()(value, exit_on_error=False, print_error=False)
    except UnusedCliTokensError as error:
        loose = " ".join(str(one) for one in error.unused_tokens or ())[:80]
        return complain(
            f'"{loose}" is left over: words that belong together stand in quotes, such as "Ayla Demir" or '
            '"tomorrow 09:00"; `--help` shows what this command takes',
            USAGE,
            json_="--json" in value,
        )
    except CycloptsError as error:
        return complain(" ".join(str(error).split()), USAGE, json_="--json" in value)
    except InvalidOperation:
        return complain("that is no number: write digits, such as 1.4", USAGE, json_="--json" in value)
    except KeyboardInterrupt:
        return complain("stopped", 130, json_="--json" in value)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code if isinstance(code, int) else 0
