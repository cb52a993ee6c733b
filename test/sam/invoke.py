"""Builds, validates and invokes the function with SAM, and checks what Zoho saw.

Run by test/sam/run. Containers reach this machine as host.docker.internal, so moto and
the sandbox listen on the address of Docker's bridge.
"""

import ipaddress
import json
import os
import pathlib
import platform
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

import boto3

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAM = str(ROOT / ".venv/sam/bin/sam")
HOST = "host.docker.internal"
ARCH = {"x86_64": ("x86_64", "amd64"), "aarch64": ("arm64", "arm64"), "arm64": ("arm64", "arm64")}[platform.machine()]
IMAGE = f"public.ecr.aws/lambda/provided:al2023-{ARCH[0]}"
failures = []


def check(what, ok, detail=""):
    print(f"{'ok' if ok else 'FAIL'}: {what}" + ("" if ok else f": {detail}"), flush=True)
    if not ok:
        failures.append(what)


def bridge():
    """The address of Docker's bridge on this machine."""
    out = subprocess.run(["docker", "network", "inspect", "bridge"], check=True, capture_output=True, text=True).stdout
    config = json.loads(out)[0]["IPAM"]["Config"][0]
    return config.get("Gateway") or str(next(ipaddress.ip_network(config["Subnet"]).hosts()))


def free_port(address):
    with socket.socket() as s:
        s.bind((address, 0))
        return s.getsockname()[1]


def sam(*args, ok=True):
    environment = dict(os.environ, SAM_CLI_TELEMETRY="0", LAMBDA_GOARCH=ARCH[1], AWS_DEFAULT_REGION="eu-central-1",
                       AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
    run = subprocess.run([SAM, *args], cwd=ROOT, env=environment, capture_output=True, text=True)
    if ok and run.returncode:
        print(run.stdout + run.stderr)
    return run


def sandbox(address):
    """Builds and starts the sandbox; gives the process and its credentials."""
    binary = ROOT / "build/untag"
    subprocess.run(["go", "build", "-o", binary, "./cmd/untag"], cwd=ROOT, check=True)
    process = subprocess.Popen([binary, "sandbox", "--json", "--listen", f"{address}:0", "--records", "events/crm.yaml"],
                               cwd=ROOT, stdout=subprocess.PIPE, text=True)
    return process, json.loads(process.stdout.readline())


def tags(access, module, record):
    form = urllib.parse.urlencode({"grant_type": "refresh_token", **{k: access[k] for k in ("client_id", "client_secret", "refresh_token")}})
    token = access.get("token")
    if token is None:
        answer = json.load(urllib.request.urlopen(access["url"] + "/oauth/v2/token", form.encode()))
        token = access["token"] = answer["access_token"]
    request = urllib.request.Request(f"{access['url']}/crm/v2/{module}/{record}", headers={"Authorization": "Zoho-oauthtoken " + token})
    record = json.load(urllib.request.urlopen(request))["data"][0]
    return [tag["name"] for tag in record["Tag"]]


def moto(address):
    port = free_port(address)
    process = subprocess.Popen([ROOT / ".venv/aws/bin/moto_server", "-H", address, "-p", str(port)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://{address}:{port}"
    for _ in range(100):
        try:
            urllib.request.urlopen(url + "/moto-api/", timeout=1)
            return process, url, port
        except OSError:
            time.sleep(0.2)
    process.kill()
    sys.exit("moto did not answer within 20 s")


def secrets(endpoint, access):
    client = boto3.client("secretsmanager", endpoint_url=endpoint, region_name="eu-central-1",
                          aws_access_key_id="test", aws_secret_access_key="test")
    keys = ("client_id", "client_secret", "refresh_token", "data_center")
    zoho = client.create_secret(Name="untag-zoho", SecretString=json.dumps({k: access[k] for k in keys}))
    webhooks = client.create_secret(Name="untag-webhooks", SecretString=(ROOT / "events/secrets/webhook.json").read_text())
    return zoho["ARN"], webhooks["ARN"]


def invoke(event, variables):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as env:
        json.dump({"RemoveTagsFunction": variables}, env)
        env.flush()
        args = ["local", "invoke", "RemoveTagsFunction", "-e", event, "-n", env.name, "--add-host", HOST + ":host-gateway",
                "--parameter-overrides", "Architecture=" + ARCH[0]]
        have = subprocess.run(["docker", "image", "inspect", IMAGE], capture_output=True)
        if have.returncode == 0:
            args.append("--skip-pull-image")  # the machine may have no registry to pull from
        run = sam(*args, ok=False)
    lines = [line for line in run.stdout.splitlines() if line.startswith("{")]
    if run.returncode or not lines:
        print(run.stdout + run.stderr)
        return {}
    return json.loads(lines[-1])


def body(answer):
    return json.loads(answer["body"]) if "body" in answer else answer


def cases(access, variables):
    deal = "5725767000000524"
    for event, module, record, remain in [
        ("direct", "Deals", deal + "114", []), ("zoho-workflow-json", "Deals", deal + "101", ["VIP"]),
        ("zoho-workflow-form", "Deals", deal + "102", []), ("rest-api", "Deals", deal + "107", ["VIP"]),
        ("alb-multi-value", "Deals", deal + "111", ["VIP"]), ("github-issues", "Cases", deal + "401", []),
        ("eventbridge", "Contacts", deal + "201", ["Newsletter"]),
    ]:
        answer = invoke(f"events/{event}.json", variables)
        check(f"{event} answers removed", body(answer or {}).get("outcome") == "removed", answer)
        got = tags(access, module, record)
        check(f"{event} leaves {remain} on {module} {record}", got == remain, got)
    answer = invoke("events/sqs-batch.json", variables)
    check("sqs-batch has no failures", answer == {"batchItemFailures": []}, answer)
    for record, module, remain in [("112", "Deals", []), ("113", "Deals", ["VIP"]), ("202", "Contacts", ["Newsletter"])]:
        got = tags(access, module, deal + record)
        check(f"sqs-batch leaves {remain} on {module} {deal + record}", got == remain, got)
    answer = invoke("events/zoho-workflow-query.json", dict(variables, WEBHOOK_SECRET_ID="untag-gone"))
    check("a webhook secret that is not there is 503", answer.get("statusCode") == 503, answer)
    got = tags(access, "Deals", deal + "104")
    check("and takes nothing off", got == ["In progress"], got)


def main():
    address = bridge()
    lint = sam("validate", "--lint")
    check("sam validate --lint", lint.returncode == 0, lint.stdout + lint.stderr)
    build = sam("build", "--parameter-overrides", "Architecture=" + ARCH[0])
    check("sam build", build.returncode == 0)
    built = ROOT / ".aws-sam/build/RemoveTagsFunction"
    check("the rules are beside the binary", (built / "bootstrap").exists() and (built / "rules.yaml").exists())
    crm, access = sandbox(address)
    cloud, endpoint, port = moto(address)
    try:
        zoho, webhooks = secrets(endpoint, access)
        reach = re.sub(r"//[^:]+:", f"//{HOST}:", access["url"])
        cases(access, {
            "ZOHO_SECRET_ID": zoho, "WEBHOOK_SECRET_ID": webhooks, "ZOHO_API_URL": reach, "ZOHO_ACCOUNTS_URL": reach,
            "AWS_ENDPOINT_URL": f"http://{HOST}:{port}",
        })
    finally:
        for process in (crm, cloud):
            process.terminate()
            process.wait()
    print(f"{len(failures)} checks failed" if failures else "all checks passed")
    return 1 if failures else 0


sys.exit(main())
