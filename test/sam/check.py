"""Validates, builds and invokes the function with SAM, and checks what Zoho saw."""

import json
import struct
import sys

import stack

DEAL, CLOSED = "5725767000000524", "In progress"
# What comes off which record, by event; the answer of each says "removed".
EVENTS = {
    "direct": ("Deals", DEAL + "114", CLOSED),
    "zoho-workflow-json": ("Deals", DEAL + "101", CLOSED),
    "zoho-workflow-form": ("Deals", DEAL + "102", CLOSED),
    "rest-api": ("Deals", DEAL + "107", CLOSED),
    "alb-multi-value": ("Deals", DEAL + "111", CLOSED),
    "github-issues": ("Cases", DEAL + "401", "Waiting for fix"),
    "eventbridge": ("Contacts", DEAL + "201", "Payment due"),
}
BATCH = [("Deals", DEAL + "112", CLOSED), ("Deals", DEAL + "113", CLOSED), ("Contacts", DEAL + "202", "Payment due")]
# The machine field of an ELF header.
MACHINES = {"arm64": 183, "x86_64": 62}
failures = []


def check(what, ok, detail=""):
    print(f"{'ok' if ok else 'FAIL'}: {what}" + ("" if ok else f": {detail}"), flush=True)
    if not ok:
        failures.append(what)


def machine(binary):
    return struct.unpack("<H", binary.read_bytes()[18:20])[0]


def deployed(architecture):
    """What `make build` leaves for `sam deploy`."""
    run = stack.sam("build", architecture=architecture)
    check(f"sam build for {architecture}", run.returncode == 0, run.stdout + run.stderr)
    folder = stack.ROOT / ".aws-sam/build/RemoveTagsFunction"
    check(f"the binary is for {architecture}", machine(folder / "bootstrap") == MACHINES[architecture])
    check("the rules are beside it", (folder / "rules.yaml").read_bytes() == (stack.ROOT / "rules.yaml").read_bytes())
    extra = sorted(file.name for file in folder.iterdir() if file.name not in ("bootstrap", "rules.yaml"))
    check("nothing else is", not extra, extra)


def outcome(answer):
    body = json.loads(answer["body"]) if "body" in answer else answer
    return body.get("outcome")


def came_off(name, before, after, want):
    """Checks that just those tags came off, of all records."""
    got = [(*record, tag) for record in before for tag in before[record] if tag not in after[record]]
    check(f"{name}: comes off {', '.join(f'{module} {record} {tag!r}' for module, record, tag in want) or 'nothing'}",
          sorted(got) == sorted(want), got)


def invocations(crm, variables):
    cases = [(name, [want], lambda a: outcome(a) == "removed") for name, want in EVENTS.items()]
    cases.append(("sqs-batch", BATCH, lambda a: a == {"batchItemFailures": []}))
    cases.append(("zoho-deal-open", [], lambda a: outcome(a) == "nothing"))
    for name, want, answered in cases:
        before = crm.tags()
        answer, log = stack.invoke(f"events/{name}.json", variables)
        check(f"{name}: answer", answer is not None and answered(answer), answer or log)
        came_off(name, before, crm.tags(), want)
    before = crm.tags()
    answer, log = stack.invoke("events/zoho-workflow-query.json", dict(variables, WEBHOOK_SECRET_ID="untag-gone"))
    check("a webhook secret that is not there is 503", answer is not None and answer.get("statusCode") == 503, answer or log)
    came_off("and", before, crm.tags(), [])


def main():
    run = stack.sam("validate", "--lint")
    check("sam validate --lint", run.returncode == 0, run.stdout + run.stderr)
    for architecture in MACHINES:
        deployed(architecture)
    stack.build()
    with stack.stack() as (crm, variables):
        invocations(crm, variables)
    print(f"{len(failures)} checks failed" if failures else "all checks passed")
    return 1 if failures else 0


try:
    sys.exit(main())
except stack.Unusable as err:
    sys.exit(f"test-sam: {err}")
