"""Validates, builds and invokes the functions with SAM, and checks what Zoho and SQS received."""

import json
import struct
import sys

import stack
import template

DEAL, CLOSED = "5725767000000524", "In progress"
# The tag that each event removes, and from which record; each answer says "removed".
EVENTS = {
    "direct": ("Deals", DEAL + "114", CLOSED),
    "zoho-workflow-json": ("Deals", DEAL + "101", CLOSED),
    "zoho-workflow-form": ("Deals", DEAL + "102", CLOSED),
    "rest-api": ("Deals", DEAL + "107", CLOSED),
    "alb-multi-value": ("Deals", DEAL + "111", CLOSED),
    "eventbridge": ("Contacts", DEAL + "201", "Payment due"),
}
BATCH = [("Deals", DEAL + "112", CLOSED), ("Deals", DEAL + "113", CLOSED), ("Contacts", DEAL + "202", "Payment due")]
# The variables and permissions of each function, by Delivery.
READ, WRITE = "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"
ZOHO = {(READ, "ZohoSecret"), (READ, "ZohoTokenSecret"), (WRITE, "ZohoTokenSecret")}
RECEIVE = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility")


def logs(group):
    return {("logs:CreateLogStream", group), ("logs:PutLogEvents", group)}


GRANTED = {
    ("RemoveTagsFunction", "AtOnce"): (
        {"WEBHOOK_SECRET_ID": "WebhookSecret", "ZOHO_SECRET_ID": "ZohoSecret", "ZOHO_TOKEN_SECRET_ID": "ZohoTokenSecret"},
        {(READ, "WebhookSecret")} | ZOHO | logs("RemoveTagsLogs"),
    ),
    ("RemoveTagsFunction", "Queued"): (
        {"WEBHOOK_SECRET_ID": "WebhookSecret", "QUEUE_URL": "EventQueue"},
        {(READ, "WebhookSecret"), ("sqs:SendMessage", "EventQueue")} | logs("RemoveTagsLogs"),
    ),
    ("WorkerFunction", "Queued"): (
        {"ZOHO_SECRET_ID": "ZohoSecret", "ZOHO_TOKEN_SECRET_ID": "ZohoTokenSecret", "DEAD_LETTER_QUEUE_URL": "DeadLetterQueue",
         "EVENT_QUEUE_ARN": "EventQueue"},
        ZOHO | logs("WorkerLogs") | {("sqs:" + action, "EventQueue") for action in (*RECEIVE, "SendMessage")} | {("sqs:SendMessage", "DeadLetterQueue")},
    ),
}
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
    """Checks what `make build` leaves for `sam deploy`."""
    run = stack.sam("build", architecture=architecture)
    check(f"sam build for {architecture}", run.returncode == 0, run.stdout + run.stderr)
    folders = [stack.ROOT / ".aws-sam/build" / name for name in ("RemoveTagsFunction", "WorkerFunction")]
    first, second = ({file.name: file.read_bytes() for file in folder.iterdir()} for folder in folders)
    check(f"the binary is for {architecture}", machine(folders[0] / "bootstrap") == MACHINES[architecture])
    check("the rules are next to it", first["rules.yaml"] == (stack.ROOT / "rules.yaml").read_bytes())
    check("there is nothing else", set(first) == {"bootstrap", "rules.yaml"}, sorted(first))
    check("both functions have the same build", first == second, sorted(second))


def written():
    """Checks what each function gets in the template, and that its settings fit together."""
    built = template.built()
    resources = built["Resources"]
    for (name, delivery), (variables, permissions) in GRANTED.items():
        function = template.decided(resources[name]["Properties"], delivery)
        got = template.variables(function)
        got = {key: value for key, value in got.items() if key.endswith(("_SECRET_ID", "QUEUE_URL", "QUEUE_ARN"))}
        check(f"{name}, {delivery}: secrets and queues", got == variables, got)
        got = template.permissions(template.decided(resources[template.name(function["Role"])]["Properties"], delivery))
        check(f"{name}, {delivery}: permissions", got == permissions, sorted(got ^ permissions))
    visibility = resources["EventQueue"]["Properties"]["VisibilityTimeout"]
    timeout = resources["WorkerFunction"]["Properties"]["Timeout"]
    window = built["Parameters"]["QueueBatchingWindow"]["MaxValue"]
    check("an event stays hidden for six time-outs and a batching window", visibility >= 6 * timeout + window, visibility)


def outcome(answer):
    body = json.loads(answer["body"]) if "body" in answer else answer
    return body.get("outcome")


def check_removed(name, before, after, want):
    """Checks that exactly these tags were removed, over all records."""
    got = [(*record, tag) for record in before for tag in before[record] if tag not in after[record]]
    check(f"{name}: removes {', '.join(f'{tag!r} from {module} {record}' for module, record, tag in want) or 'nothing'}",
          sorted(got) == sorted(want), got)


def invocations(crm, variables):
    cases = [(name, [want], lambda a: outcome(a) == "removed") for name, want in EVENTS.items()]
    cases.append(("sqs-batch", BATCH, lambda a: a == {"batchItemFailures": []}))
    cases.append(("zoho-deal-open", [], lambda a: outcome(a) == "nothing"))
    # Here the template names no secret for a shared token, so each process has its own token.
    own = {key: value for key, value in variables.items() if key != "ZOHO_TOKEN_SECRET_ID"}
    for name, want, answered in cases:
        before = crm.tags()
        answer, log = stack.invoke(f"events/{name}.json", own)
        check(f"{name}: answer", answer is not None and answered(answer), answer or log)
        check_removed(name, before, crm.tags(), want)
    before = crm.tags()
    answer, log = stack.invoke("events/zoho-workflow-query.json", dict(variables, WEBHOOK_SECRET_ID="untag-gone"))
    check("without a webhook secret the answer is 503", answer is not None and answer.get("statusCode") == 503, answer or log)
    check_removed("without a webhook secret", before, crm.tags(), [])


def served(crm, variables):
    """Checks that a webhook that its sender has signed arrives through the API as it was sent."""
    sent = stack.as_sent("events/github-issues.json")
    body, headers = sent["body"].encode(), {name: sent["headers"][name] for name in ("content-type", "x-github-event", "x-hub-signature-256")}
    own = {key: value for key, value in variables.items() if key != "ZOHO_TOKEN_SECRET_ID"}
    with stack.api(own) as send:
        before = crm.tags()
        check("start-api: a changed body is refused", send("/webhooks/github", body + b" ", headers)[0] == 401)
        check("start-api: an unknown source is refused", send("/webhooks/nobody", body, headers)[0] == 404)
        check_removed("start-api: a refused webhook", before, crm.tags(), [])
        status, answer = send("/webhooks/github", body, headers)
        check("start-api: a signed webhook", status == 200 and json.loads(answer).get("outcome") == "removed", (status, answer))
        check_removed("start-api: a signed webhook", before, crm.tags(), [("Cases", DEAL + "401", "Waiting for fix")])


def queued(crm, aws, variables):
    """Checks the function that stores and the one that acts, with moto's SQS between them."""
    queue, dead_letters = aws.queue("untag-events"), aws.queue("untag-dead-letters")
    # Neither function gets what only the other needs: the template leaves it empty, or names something that moto does not have.
    storing = {key: variables[key] for key in ("WEBHOOK_SECRET_ID", "AWS_ENDPOINT_URL")} | {"QUEUE_URL": queue}
    acting = {key: value for key, value in variables.items() if key != "WEBHOOK_SECRET_ID"} | {"DEAD_LETTER_QUEUE_URL": dead_letters}

    before = crm.tags()
    for name in ("http-api", "zoho-workflow-multipart"):
        answer, log = stack.invoke(f"events/{name}.json", storing, delivery="Queued")
        check(f"{name}: 202, queued", answer is not None and answer.get("statusCode") == 202 and outcome(answer) == "queued", answer or log)
    check_removed("storing", before, crm.tags(), [])
    aws.sqs.send_message(QueueUrl=queue, MessageBody='{"not": "stored by untag"}')

    messages = aws.receive(queue)
    check("the queue has all three", len(messages) == 3, messages)
    batch = stack.sqs_event(messages, "untag-events")
    answer, log = stack.invoke(batch, acting, function="WorkerFunction", delivery="Queued")
    check("the worker reports no failure", answer == {"batchItemFailures": []}, answer or log)
    check_removed("acting", before, crm.tags(), [("Deals", DEAL + "103", CLOSED), ("Deals", DEAL + "108", CLOSED)])

    dead = aws.receive(dead_letters)
    got = [(m["Body"], m.get("MessageAttributes", {}).get("code", {}).get("StringValue")) for m in dead]
    check("a message that untag did not store goes to the dead-letter queue with the reason", got == [('{"not": "stored by untag"}', "UNREADABLE")], got)
    token = json.loads(aws.secrets.get_secret_value(SecretId=variables["ZOHO_TOKEN_SECRET_ID"])["SecretString"])
    check("the shared secret has a token", bool(token.get("access_token")), sorted(token))


def main():
    run = stack.sam("validate", "--lint")
    check("sam validate --lint", run.returncode == 0, run.stdout + run.stderr)
    for architecture in MACHINES:
        deployed(architecture)
    written()
    stack.build()
    with stack.stack() as (crm, aws, variables):
        queued(crm, aws, variables)
        served(crm, variables)
        invocations(crm, variables)
    print(f"{len(failures)} checks failed" if failures else "all checks passed")
    return 1 if failures else 0


try:
    sys.exit(main())
except stack.Unusable as err:
    sys.exit(f"test-sam: {err}")
