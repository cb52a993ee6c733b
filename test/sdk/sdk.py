"""What both Python drivers share. They read a JSON object and write a JSON list.

Input: {"url", "client_id", "client_secret", "refresh_token", "code", "work", "calls"}, where
a call is [module, ids, tags] and work is an empty folder. Output: for each call, the HTTP
status and what the SDK read from the response.
"""

import json
import sys


def names(tags):
    """Returns the names of the remaining tags, which are strings in v2 and objects later."""
    return None if tags is None else [tag if isinstance(tag, str) else tag.get_name() for tag in tags]


def told(response):
    body = response.get_object()
    status = response.get_status_code()
    if not hasattr(body, "get_data"):
        return {"status": status, "code": body.get_code().get_value()}
    rows = []
    for row in body.get_data():
        details = row.get_details()
        rows.append([row.get_code().get_value(), str(details["id"]), names(details.get("tags"))])
    return {"status": status, "data": rows}


def drive(initialize, remove):
    given = json.load(sys.stdin)
    initialize(given)
    json.dump([told(remove(*call)) for call in given["calls"]], sys.stdout)
