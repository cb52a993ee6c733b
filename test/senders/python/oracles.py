"""Verifies webhooks with vendors' and others' packages for Python: a request in JSON a line on
standard input, an answer a line on standard output."""

import base64
import contextlib
import importlib.metadata
import json
import sys
import warnings

import django
from anymail.webhooks import mailersend, mailgun, mailtrap, mandrill, postmark, sendgrid
from cashfree_pg.api_client import Cashfree
from django.conf import settings
from django.test import RequestFactory
from messagebird.request_validator import RequestValidator
from mollie.utils.webhooks.signature_validator import SignatureValidator
from OpenSSL import crypto
from paypalrestsdk import notifications
from pyairtable.models.webhook import WebhookNotification

warnings.simplefilter("ignore")
settings.configure(ALLOWED_HOSTS=["*"], DATA_UPLOAD_MAX_MEMORY_SIZE=None)
django.setup()


def anymail(view):
    """Returns how anymail verifies with a view, which view makes of a request."""

    def verify(r):
        headers = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in r["headers"].items() if name != "content-type"}
        content_type = r["headers"].get("content-type", "application/octet-stream")
        view(r).run_validators(RequestFactory().post("/", r["bytes"], content_type=content_type, **headers))
        return True

    return verify


def paypal(r):
    """Verifies with the certificate of the test, as the package has only PayPal's old issuers."""
    headers = r["headers"]
    certificate = crypto.load_certificate(crypto.FILETYPE_PEM, r["certificate"].encode())
    if headers["paypal-cert-url"] != r["certificateURL"]:
        return False
    store = crypto.X509Store()
    store.add_cert(crypto.load_certificate(crypto.FILETYPE_PEM, r["authority"].encode()))
    notifications.WebhookEvent._get_cert = staticmethod(lambda url: certificate)
    notifications.WebhookEvent._get_certificate_store = classmethod(lambda cls: store)
    return notifications.WebhookEvent.verify(
        headers["paypal-transmission-id"], headers["paypal-transmission-time"], r["secret"], r["bytes"].decode(),
        headers["paypal-cert-url"], headers["paypal-transmission-sig"], headers["paypal-auth-algo"],
    )


def airtable(r):
    WebhookNotification.from_request(r["bytes"].decode(), r["headers"]["x-airtable-content-mac"], r["secret"])
    return True


def cashfree(r):
    headers = r["headers"]
    Cashfree(Cashfree.SANDBOX, "x", r["secret"]).PGVerifyWebhookSignature(headers["x-webhook-signature"], r["bytes"].decode(), headers["x-webhook-timestamp"])
    return True


def mollie_sign(r):
    return {"headers": {"X-Mollie-Signature": "sha256=" + SignatureValidator.create_signature(r["bytes"].decode(), r["secret"])}}


# Each oracle: the sender, its package, the bodies that the package takes, and what it does.
ORACLES = [
    {"sender": "mollie", "package": "mollie-api-py", "body": "text", "sign": mollie_sign,
     "verify": lambda r: SignatureValidator.validate(r["bytes"].decode(), r["secret"], r["headers"]["x-mollie-signature"])},
    {"sender": "cashfree", "package": "cashfree-pg", "body": "json", "verify": cashfree},
    {"sender": "airtable", "package": "pyairtable", "body": "json", "verify": airtable},
    {"sender": "paypal", "package": "paypalrestsdk", "body": "text", "verify": paypal},
    {"sender": "mailgun", "package": "django-anymail", "body": "json", "verify": anymail(lambda r: mailgun.MailgunTrackingWebhookView(webhook_signing_key=r["secret"]))},
    {"sender": "mailersend", "package": "django-anymail", "body": "bytes", "verify": anymail(lambda r: mailersend.MailerSendTrackingWebhookView(signing_secret=r["secret"]))},
    {"sender": "mailtrap", "package": "django-anymail", "body": "bytes", "verify": anymail(lambda r: mailtrap.MailtrapTrackingWebhookView(tracking_secret=r["secret"]))},
    {"sender": "mandrill", "package": "django-anymail", "body": "form", "verify": anymail(lambda r: mandrill.MandrillCombinedWebhookView(webhook_key=r["secret"], webhook_url=r["url"]))},
    {"sender": "postmark", "package": "django-anymail", "body": "bytes", "verify": anymail(lambda r: postmark.PostmarkTrackingWebhookView(webhook_secret=r["secret"]))},
    {"sender": "sendgrid", "package": "django-anymail", "body": "bytes", "verify": anymail(lambda r: sendgrid.SendGridTrackingWebhookView(tracking_webhook_verification_key=r["secret"]))},
    {"sender": "messagebird", "package": "messagebird", "body": "bytes",
     "verify": lambda r: bool(RequestValidator(r["secret"]).validate_signature(r["headers"]["messagebird-signature-jwt"], r["url"], r["bytes"]))},
]


def answer(r):
    if r["do"] == "list":
        return {"oracles": [
            {"sender": o["sender"], "package": o["package"] + " (PyPI)", "version": importlib.metadata.version(o["package"]), "body": o["body"], "sign": "sign" in o, "verify": "verify" in o}
            for o in ORACLES
        ]}
    one = next(o for o in ORACLES if o["sender"] == r["sender"] and o["package"] + " (PyPI)" == r["package"])
    r["bytes"] = base64.b64decode(r["body"])
    if r["do"] == "sign":
        return one["sign"](r)
    try:
        return {"ok": one["verify"](r) is True}
    except Exception as error:  # every package has its own
        return {"ok": False, "why": f"{type(error).__name__}: {error}"}


def main():
    out = sys.stdout
    with contextlib.redirect_stdout(None):  # standard output is for answers
        for line in sys.stdin:
            print(json.dumps(answer(json.loads(line))), file=out, flush=True)


main()
