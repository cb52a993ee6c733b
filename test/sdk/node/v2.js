// Removes tags with Zoho's own SDK for API v2 (npm @zohocrm/nodejs-sdk-2.0), unchanged.
import { createRequire } from "node:module";

import { drive } from "./sdk.js";

const require = createRequire(import.meta.url);
const sdk = "@zohocrm/nodejs-sdk-2.0/";
const { InitializeBuilder } = require(sdk + "routes/initialize_builder");
const { DataCenter } = require(sdk + "routes/dc/data_center");
const { OAuthBuilder } = require(sdk + "models/authenticator/oauth_builder");
const { FileStore } = require(sdk + "models/authenticator/store/file_store");
const { UserSignature } = require(sdk + "routes/user_signature");
const { ParameterMap } = require(sdk + "routes/parameter_map");
const {
  TagsOperations,
  RemoveTagsFromRecordParam,
  RemoveTagsFromMultipleRecordsParam,
} = require(sdk + "core/com/zoho/crm/api/tags/tags_operations");

async function initialize(given) {
  const { url, work } = given;
  const builder = await new InitializeBuilder();
  await builder
    .user(new UserSignature("owner@example.com"))
    .environment(DataCenter.setEnvironment(url, url + "/oauth/v2/token", url, "sandbox"))
    .token(
      new OAuthBuilder()
        .clientId(given.client_id)
        .clientSecret(given.client_secret)
        .refreshToken(given.refresh_token)
        .build(),
    )
    .store(new FileStore(work + "/tokens.csv"))
    .resourcePath(work)
    .initialize();
}

async function remove(module, ids, tags) {
  const params = new ParameterMap();
  if (ids.length === 1) {
    await params.add(RemoveTagsFromRecordParam.TAG_NAMES, tags.join(","));
    return new TagsOperations().removeTagsFromRecord(BigInt(ids[0]), module, params);
  }
  await params.add(RemoveTagsFromMultipleRecordsParam.TAG_NAMES, tags.join(","));
  await params.add(RemoveTagsFromMultipleRecordsParam.IDS, ids.join(","));
  return new TagsOperations().removeTagsFromMultipleRecords(module, params);
}

await drive(initialize, remove);
