"""Removes tags with Zoho's own SDK for API v2 (PyPI zohocrmsdk2-0), unchanged."""

from zcrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
from zcrmsdk.src.com.zoho.api.authenticator.store import FileStore
from zcrmsdk.src.com.zoho.api.logger import Logger
from zcrmsdk.src.com.zoho.crm.api.dc import DataCenter
from zcrmsdk.src.com.zoho.crm.api.initializer import Initializer
from zcrmsdk.src.com.zoho.crm.api.parameter_map import ParameterMap
from zcrmsdk.src.com.zoho.crm.api.sdk_config import SDKConfig
from zcrmsdk.src.com.zoho.crm.api.tags import TagsOperations
from zcrmsdk.src.com.zoho.crm.api.tags.tags_operations import (
    RemoveTagsFromMultipleRecordsParam,
    RemoveTagsFromRecordParam,
)
from zcrmsdk.src.com.zoho.crm.api.user_signature import UserSignature

from sdk import drive


def initialize(given):
    url = given["url"]
    Initializer.initialize(
        user=UserSignature(email="owner@example.com"),
        environment=DataCenter.Environment(url, url + "/oauth/v2/token", url, "sandbox"),
        token=OAuthToken(
            client_id=given["client_id"],
            client_secret=given["client_secret"],
            refresh_token=given["refresh_token"],
        ),
        store=FileStore(given["work"] + "/tokens.csv"),
        sdk_config=SDKConfig(),
        resource_path=given["work"],
        logger=Logger.get_instance(level=Logger.Levels.ERROR, file_path=given["work"] + "/sdk.log"),
    )


def remove(module, ids, tags):
    params = ParameterMap()
    if len(ids) == 1:
        for tag in tags:
            params.add(RemoveTagsFromRecordParam.tag_names, tag)
        return TagsOperations().remove_tags_from_record(int(ids[0]), module, params)
    for tag in tags:
        params.add(RemoveTagsFromMultipleRecordsParam.tag_names, tag)
    for one in ids:
        params.add(RemoveTagsFromMultipleRecordsParam.ids, int(one))
    return TagsOperations().remove_tags_from_multiple_records(module, params)


drive(initialize, remove)
