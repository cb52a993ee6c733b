"""Invokes the function once, with SAM and Docker: test/sam/run invoke events/x.json

Prints what the function logged and answered, and the tags of each record it changed.
"""

import json
import pathlib
import sys

import stack


def main(event):
    stack.build()
    with stack.stack() as (crm, _, variables):
        before = crm.tags()
        answer, log = stack.invoke(pathlib.Path(event).resolve(), variables)
        after = crm.tags()
    print(log)
    if answer is None:
        return 1
    print("\nanswer:")
    print(json.dumps(answer, indent=2, ensure_ascii=False))
    changed = [record for record in before if before[record] != after[record]]
    print("\nchanged:" if changed else "\nno record changed")
    for module, record in changed:
        print(f"  {module} {record}: {', '.join(before[module, record])} → {', '.join(after[module, record]) or '–'}")
    return 1 if "errorType" in answer else 0


try:
    sys.exit(main(sys.argv[1]))
except stack.Unusable as err:
    sys.exit(f"invoke: {err}")
