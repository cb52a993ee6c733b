// Removes tags with Zoho's own SDK for API v8 (npm @zohocrm/nodejs-sdk-8.0), unchanged. It
// begins with a grant code, as a newly installed application does.
import * as zoho from "@zohocrm/nodejs-sdk-8.0";

import { drive } from "./sdk.js";

async function initialize(given) {
  const { url, work } = given;
  const builder = await new zoho.InitializeBuilder();
  await builder
    .environment(zoho.DataCenter.setEnvironment(url, url + "/oauth/v2/token", url))
    .token(
      new zoho.OAuthBuilder()
        .clientId(given.client_id)
        .clientSecret(given.client_secret)
        .grantToken(given.code)
        .build(),
    )
    .store(new zoho.FileStore(work + "/tokens.csv"))
    .resourcePath(work)
    .initialize();
}

async function remove(module, ids, tags) {
  const request = new zoho.Tags.ExistingTagRequestWrapper();
  request.setTags(
    tags.map((name) => {
      const tag = new zoho.Tags.ExistingTag();
      tag.setName(name);
      return tag;
    }),
  );
  if (ids.length === 1) {
    return new zoho.Tags.TagsOperations().removeTags(module, BigInt(ids[0]), request);
  }
  request.setIds(ids.map(BigInt));
  return new zoho.Tags.TagsOperations().removeTagsFromMultipleRecords(module, request);
}

await drive(initialize, remove);
