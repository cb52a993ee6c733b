"""Removes tags with Zoho's own SDK for API v8 (PyPI zohocrmsdk8-0), unchanged."""

from zohocrmsdk.src.com.zoho.api.authenticator import OAuthToken
from zohocrmsdk.src.com.zoho.api.authenticator.store import FileStore
from zohocrmsdk.src.com.zoho.api.logger import Logger
from zohocrmsdk.src.com.zoho.crm.api.dc import DataCenter
from zohocrmsdk.src.com.zoho.crm.api.initializer import Initializer
from zohocrmsdk.src.com.zoho.crm.api.sdk_config import SDKConfig
from zohocrmsdk.src.com.zoho.crm.api.tags import ExistingTag, ExistingTagRequestWrapper, TagsOperations

from sdk import drive


def initialize(given):
    url = given["url"]
    Initializer.initialize(
        environment=DataCenter.Environment(url, url + "/oauth/v2/token", url),
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
    request = ExistingTagRequestWrapper()
    wanted = []
    for name in tags:
        tag = ExistingTag()
        tag.set_name(name)
        wanted.append(tag)
    request.set_tags(wanted)
    if len(ids) == 1:
        return TagsOperations().remove_tags(module, int(ids[0]), request)
    request.set_ids([int(one) for one in ids])
    return TagsOperations().remove_tags_from_multiple_records(module, request)


drive(initialize, remove)
