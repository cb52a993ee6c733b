"""What `sam local invoke` needs: the functions built for this machine, moto as AWS, and
untag's sandbox as Zoho.

Containers reach this machine as host.docker.internal. If Docker's bridge is on this
machine, the servers listen on its address; Docker Desktop forwards to 127.0.0.1.
"""

import base64
import contextlib
import hashlib
import hmac
import ipaddress
import json
import os
import pathlib
import platform
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import boto3

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAM = str(ROOT / ".venv/sam/bin/sam")
HOST = "host.docker.internal"
REGION = "eu-central-1"
ARCHITECTURE = "x86_64" if platform.machine().lower() in ("x86_64", "amd64") else "arm64"
IMAGE = f"public.ecr.aws/lambda/provided:al2023-{ARCHITECTURE}"
# Not .aws-sam/build, so that what was built for this machine is never deployed.
BUILT = ROOT / ".aws-sam/local"
# Requests to local servers do not go through a proxy.
OPEN = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


class Unusable(Exception):
    """This machine, or something started on it, does not work as required."""


def prepared(args, architecture, delivery):
    """Returns a command of SAM with its parameters, and its environment."""
    environment = dict(
        os.environ,
        SAM_CLI_TELEMETRY="0", ARCHITECTURE=architecture, AWS_DEFAULT_REGION=REGION,
        AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test",
    )
    if args[0] != "validate":
        args += ("--parameter-overrides", f"Architecture={architecture} Delivery={delivery}")
    return [SAM, *args], environment


def sam(*args, architecture=ARCHITECTURE, delivery="AtOnce"):
    command, environment = prepared(args, architecture, delivery)
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def build():
    """Builds the functions for this machine."""
    run = sam("build", "--build-dir", str(BUILT))
    if run.returncode:
        raise Unusable("sam build:\n" + run.stdout + run.stderr)


def reachable_address():
    """Returns an address of this machine that containers reach as host.docker.internal."""
    out = subprocess.run(["docker", "network", "inspect", "bridge"], check=True, capture_output=True, text=True).stdout
    config = json.loads(out)[0]["IPAM"]["Config"][0]
    address = config.get("Gateway") or str(next(ipaddress.ip_network(config["Subnet"]).hosts()))
    try:
        free_port(address)
        return address
    except OSError:
        return "127.0.0.1"


def free_port(address):
    with socket.socket() as s:
        s.bind((address, 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def ended(process):
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def moto(address):
    """Runs moto's server; yields its port."""
    port = free_port(address)
    with tempfile.TemporaryFile("w+") as log:
        command = [ROOT / ".venv/aws/bin/moto_server", "-H", address, "-p", str(port)]
        with ended(subprocess.Popen(command, stdout=log, stderr=log)) as process:
            for _ in range(100):
                with contextlib.suppress(OSError):
                    OPEN(f"http://{address}:{port}/moto-api/", timeout=1).close()
                    break
                if process.poll() is not None:
                    break
                time.sleep(0.2)
            else:
                raise Unusable("moto did not answer within 20 s")
            if process.poll() is not None:
                log.seek(0)
                raise Unusable("moto has ended:\n" + log.read())
            yield port


class CRM:
    """The sandbox, as a client sees it."""

    def __init__(self, access):
        self.access = access
        form = {k: access[k] for k in ("client_id", "client_secret", "refresh_token")}
        self.token = self.ask("/oauth/v2/token", {**form, "grant_type": "refresh_token"})["access_token"]

    def ask(self, path, form=None):
        data = urllib.parse.urlencode(form).encode() if form else None
        headers = {} if form else {"Authorization": "Zoho-oauthtoken " + self.token}
        with OPEN(urllib.request.Request(self.access["url"] + path, data, headers), timeout=20) as answer:
            return json.load(answer)

    def tags(self):
        """Returns the tags of every record, by module and id."""
        return {
            (module, record["id"]): [tag["name"] for tag in record["Tag"]]
            for module in ("Deals", "Contacts", "Cases")
            for record in self.ask(f"/crm/v2/{module}?fields=Tag")["data"]
        }


@contextlib.contextmanager
def sandbox(address):
    """Runs untag's sandbox with the records of events/crm.yaml."""
    binary = ROOT / "build/untag"
    subprocess.run(["go", "build", "-o", binary, "./cmd/untag"], cwd=ROOT, check=True)
    command = [binary, "sandbox", "--json", "--listen", f"{address}:0", "--allow-host", HOST, "--records", "events/crm.yaml"]
    with ended(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)) as process:
        line = process.stdout.readline()
        if not line:
            raise Unusable("the sandbox has ended")
        yield CRM(json.loads(line))


class AWS:
    """moto's Secrets Manager and SQS."""

    def __init__(self, address, port):
        def client(service):
            return boto3.client(
                service, endpoint_url=f"http://{address}:{port}", region_name=REGION,
                aws_access_key_id="test", aws_secret_access_key="test",
            )
        self.secrets, self.sqs = client("secretsmanager"), client("sqs")
        # For containers; boto3 itself uses the endpoint.
        self.url = f"http://{HOST}:{port}"

    def secret(self, name, value):
        """Creates a secret; returns its ARN."""
        return self.secrets.create_secret(Name=name, SecretString=value)["ARN"]

    def queue(self, name):
        """Creates a queue; returns its URL as a container sees it."""
        return self.url + urllib.parse.urlsplit(self.sqs.create_queue(QueueName=name)["QueueUrl"]).path

    def receive(self, url):
        """Receives up to ten messages from a queue."""
        return self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"],
        ).get("Messages", [])


def queue_arn(queue):
    return f"arn:aws:sqs:{REGION}:123456789012:{queue}"


def sqs_event(messages, queue):
    """Returns received messages of a queue in the form in which Lambda passes them to a function."""
    return {"Records": [
        {
            "messageId": m["MessageId"], "receiptHandle": m["ReceiptHandle"], "body": m["Body"],
            "attributes": m["Attributes"], "messageAttributes": {}, "md5OfBody": m["MD5OfBody"],
            "eventSource": "aws:sqs", "eventSourceARN": queue_arn(queue), "awsRegion": REGION,
        }
        for m in messages
    ]}


def own(text):
    """Replaces the demonstration's secrets in a text, because a deployed function refuses them."""
    return text.replace("untag-demo-", "sam-invoke-")


def webhook_secrets():
    return (ROOT / "events/secrets/webhook.json").read_text()


def as_sent(event):
    """Returns a recorded event as a sender with the function's own secrets sends it."""
    content = json.loads(own(pathlib.Path(ROOT, event).read_text()))
    headers = content.get("headers") or {}
    name = next((h for h in headers if h.lower() == "x-hub-signature-256"), None)
    if name is not None:
        body = base64.b64decode(content["body"]) if content.get("isBase64Encoded") else content["body"].encode()
        for secret in json.loads(webhook_secrets())["github"]:
            sign = lambda key: "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
            if headers[name] == sign(secret):
                headers[name] = sign(own(secret))
    return content


def settings(crm, aws):
    """Stores the secrets in moto; returns the variables of the function."""
    credential = {k: crm.access[k] for k in ("client_id", "client_secret", "refresh_token", "data_center")}
    zoho = f"http://{HOST}:{urllib.parse.urlsplit(crm.access['url']).port}"
    return {
        "ZOHO_SECRET_ID": aws.secret("untag-zoho", json.dumps(credential)),
        "ZOHO_TOKEN_SECRET_ID": aws.secret("untag-token", "{}"),
        "WEBHOOK_SECRET_ID": aws.secret("untag-webhooks", own(webhook_secrets())),
        "ZOHO_API_URL": zoho, "ZOHO_ACCOUNTS_URL": zoho, "AWS_ENDPOINT_URL": aws.url,
        # The queue of events/sqs-batch.json.
        "EVENT_QUEUE_ARN": queue_arn("untag-events"),
    }


@contextlib.contextmanager
def stack():
    """Runs everything that the functions need; yields the CRM, AWS and the variables."""
    address = reachable_address()
    with sandbox(address) as crm, moto(address) as port:
        aws = AWS(address, port)
        yield crm, aws, settings(crm, aws)


def local(env):
    """Returns what every `sam local` is given."""
    args = ["-t", str(BUILT / "template.yaml"), "-n", str(env), "--add-host", HOST + ":host-gateway"]
    if subprocess.run(["docker", "image", "inspect", IMAGE], capture_output=True).returncode == 0:
        args.append("--skip-pull-image")  # the machine may not reach a registry
    return args


@contextlib.contextmanager
def api(variables, function="RemoveTagsFunction"):
    """Runs `sam local start-api`; yields what sends a request to a path, and returns the status and the body."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as log:
        env = pathlib.Path(folder, "env.json")
        env.write_text(json.dumps({function: variables}))
        port = free_port("127.0.0.1")
        args = ("local", "start-api", "--host", "127.0.0.1", "-p", str(port), *local(env))
        command, environment = prepared(args, ARCHITECTURE, "AtOnce")

        def send(path, body=None, headers=None):
            request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, headers or {})
            try:
                with OPEN(request, timeout=60) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as refused:
                return refused.code, refused.read().decode()

        # SIGTERM, with which `ended` ends it, makes it remove its containers.
        with ended(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)) as process:
            for _ in range(100):
                with contextlib.suppress(OSError):
                    if send("/health")[0] == 200:
                        break
                if process.poll() is not None:
                    break
                time.sleep(0.5)
            else:
                raise Unusable("sam local start-api did not answer within 50 s")
            if process.poll() is not None:
                log.seek(0)
                raise Unusable("sam local start-api has ended:\n" + log.read())
            yield send


def invoke(event, variables, function="RemoveTagsFunction", delivery="AtOnce"):
    """Runs `sam local invoke` once; returns its answer (None if there is none) and its log."""
    with tempfile.TemporaryDirectory() as folder:
        env = pathlib.Path(folder, "env.json")
        env.write_text(json.dumps({function: variables}))
        recorded = pathlib.Path(folder, "event.json")
        recorded.write_text(json.dumps(event if isinstance(event, dict) else as_sent(event)))
        run = sam("local", "invoke", function, "-e", str(recorded), *local(env), delivery=delivery)
    lines = [line for line in run.stdout.splitlines() if line.startswith("{")]
    return json.loads(lines[-1]) if lines and run.returncode == 0 else None, run.stderr.strip()
