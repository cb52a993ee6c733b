// What both drivers share. They read a JSON object and write a JSON list, as in ../sdk.py.
import fs from "node:fs";

// names returns the names of the remaining tags, which are strings in v2 and objects later.
function names(tags) {
  return tags == null ? null : tags.map((tag) => (typeof tag === "string" ? tag : tag.name ?? tag.getName()));
}

function told(response) {
  const body = response.getObject();
  const status = response.getStatusCode();
  if (typeof body.getData !== "function") {
    return { status, code: body.getCode().getValue() };
  }
  const data = body.getData().map((row) => {
    const details = row.getDetails();
    const get = (key) => (details instanceof Map ? details.get(key) : details[key] ?? details[`get${key[0].toUpperCase()}${key.slice(1)}`]?.());
    return [row.getCode().getValue(), String(get("id")), names(get("tags"))];
  });
  return { status, data };
}

export async function drive(initialize, remove) {
  const given = JSON.parse(fs.readFileSync(0, "utf8"));
  await initialize(given);
  const answers = [];
  for (const call of given.calls) {
    answers.push(told(await remove(...call)));
  }
  fs.writeSync(1, JSON.stringify(answers));
}
