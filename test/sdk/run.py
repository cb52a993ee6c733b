"""Runs Zoho's official SDKs against `untag sandbox`: python3 test/sdk/run.py

Installs the pinned versions of the SDKs for Python and Node below .venv, builds untag
with Go, and removes a tag from one record and from several with each SDK. It compares
what the SDK returns, and which tags the records have afterwards according to the HTTP
API. It exits with 1 if there is a difference or the sandbox does not end cleanly.
"""

import argparse
import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SECONDS = 50

ONE, TWO, THREE, ANN = "5725767000000524157", "5725767000000524158", "5725767000000524159", "5725767000000600001"

# Each call, and what the SDK must return. The third names a record that does not
# exist, the fourth a module that does not exist.
CALLS = [
    (["Deals", [ONE], ["VIP"]], {"status": 200, "data": [["SUCCESS", ONE, ["In progress"]]]}),
    (
        ["Deals", [ONE, TWO], ["In progress", "Trial"]],
        {"status": 200, "data": [["SUCCESS", ONE, []], ["SUCCESS", TWO, ["VIP"]]]},
    ),
    (
        ["Deals", [THREE, "1"], ["In progress"]],
        {"status": 200, "data": [["SUCCESS", THREE, []], ["INVALID_DATA", "1", None]]},
    ),
    (["Nothing", ["1"], ["VIP"]], {"status": 400, "code": "INVALID_MODULE"}),
    (["Contacts", [ANN], ["Trial"]], {"status": 200, "data": [["SUCCESS", ANN, ["From Email"]]]}),
]
REMAIN = {("Deals", ONE): [], ("Deals", TWO): ["VIP"], ("Deals", THREE): [], ("Contacts", ANN): ["From Email"]}


class Deviation(Exception):
    pass


def with_python(version):
    """Returns the command for one SDK, in a virtual environment with only that SDK."""
    folder = ROOT / ".venv" / f"sdk-{version}"
    wanted = (HERE / f"requirements-{version}.txt").read_text()
    stamp = folder / "installed.txt"
    python = folder / "bin" / "python"
    if not (stamp.exists() and stamp.read_text() == wanted):
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run(install + ["-r", HERE / f"requirements-{version}.txt"], check=True)
        stamp.write_text(wanted)
    return [python, HERE / f"{version}.py"]


def with_node(version):
    """Returns the command for one SDK, next to the packages of package-lock.json."""
    for tool in ("node", "npm"):
        if not shutil.which(tool):
            raise Deviation(f"{tool} is not installed: install Node.js 18 or later (on Debian: apt-get install nodejs npm)")
    folder = ROOT / ".venv" / "sdk-node"
    folder.mkdir(parents=True, exist_ok=True)
    for file in (HERE / "node").iterdir():
        shutil.copy(file, folder)
    wanted = (folder / "package-lock.json").read_text()
    stamp = folder / "installed.json"
    if not (stamp.exists() and stamp.read_text() == wanted):
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True)
        stamp.write_text(wanted)
    return ["node", folder / f"{version}.js"]


SDKS = {
    "Python v2": (with_python, "v2"),
    "Python v8": (with_python, "v8"),
    "Node v2": (with_node, "v2"),
    "Node v8": (with_node, "v8"),
}


class Sandbox:
    """A running `untag sandbox`, stopped with an interrupt."""

    def __init__(self, untag):
        command = [untag, "sandbox", "--json", "--listen", "127.0.0.1:0", "--records", HERE / "crm.yaml"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        lines = queue.Queue()
        threading.Thread(target=lambda: lines.put(self.process.stdout.readline()), daemon=True).start()
        try:
            self.access = json.loads(lines.get(timeout=SECONDS))
        except (queue.Empty, ValueError) as err:
            self.process.kill()
            raise Deviation("the sandbox did not print its line of JSON") from err
        return self

    def __exit__(self, kind, *_):
        self.process.send_signal(signal.SIGINT)
        try:
            code = self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = "none: it did not end"
        if kind is None and code != 0:
            raise Deviation(f"the sandbox's exit code after SIGINT was {code}")

    def ask(self, path, form=None, token=None):
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(self.access["url"] + path, data=data)
        if token:
            request.add_header("Authorization", "Zoho-oauthtoken " + token)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=SECONDS) as response:
            return json.load(response)

    def tags(self):
        form = {key: self.access[key] for key in ("client_id", "client_secret", "refresh_token")}
        token = self.ask("/oauth/v2/token", form={**form, "grant_type": "refresh_token"})["access_token"]
        remain = {}
        for module, one in REMAIN:
            record = self.ask(f"/crm/v2/{module}/{one}?fields=Tag", token=token)["data"][0]
            remain[module, one] = [tag["name"] for tag in record["Tag"]]
        return remain


def drive(command, sandbox):
    with tempfile.TemporaryDirectory() as work:
        given = {**sandbox.access, "work": work, "calls": [call for call, _ in CALLS]}
        ran = subprocess.run(
            command,
            input=json.dumps(given),
            stdout=subprocess.PIPE,
            text=True,
            timeout=SECONDS,
            env={**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "PYTHONDONTWRITEBYTECODE": "1"},
        )
    if ran.returncode != 0:
        raise Deviation(f"the SDK ended with exit code {ran.returncode}")
    return json.loads(ran.stdout)


def check(name, untag):
    prepare, version = SDKS[name]
    command = prepare(version)
    with Sandbox(untag) as sandbox:
        answers = drive(command, sandbox)
        remain = sandbox.tags()
    for (call, want), got in zip(CALLS, answers, strict=True):
        if got != want:
            raise Deviation(f"remove_tags{tuple(call)} returned {got}, want {want}")
    if remain != REMAIN:
        raise Deviation(f"the records have the tags {remain}, want {REMAIN}")
    print(f"sdk {name}: {len(CALLS)} calls and {len(REMAIN)} records are correct")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--untag", help="an untag binary that is already built")
    untag = parser.parse_args().untag
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        if not untag:
            untag = pathlib.Path(folder, "untag")
            subprocess.run(["go", "build", "-o", untag, "./cmd/untag"], cwd=ROOT, check=True)
        for name in SDKS:
            try:
                check(name, untag)
            except (Deviation, OSError, ValueError, subprocess.SubprocessError) as err:
                print(f"sdk {name}: {err}", file=sys.stderr)
                failed = True
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
