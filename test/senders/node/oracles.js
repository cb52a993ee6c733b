// Signs and verifies webhooks with the vendors' own packages for Node: a request in JSON a line
// on standard input, an answer a line on standard output.
'use strict';

const crypto = require('node:crypto');
const https = require('node:https');
const readline = require('node:readline');

const once = (make) => { let made; return () => (made ??= make()); };
const stripe = once(() => { const Stripe = require('stripe'); return new (Stripe.default ?? Stripe)('sk_test_x'); });
const workos = once(() => new (require('@workos-inc/node').WorkOS)('sk_test_x'));
const paddle = once(() => new (require('@paddle/paddle-node-sdk').Paddle)('x'));
const octokit = once(() => import('@octokit/webhooks-methods'));
const linear = once(() => import('@linear/sdk/webhooks'));
const starkbank = once(() => require('starkbank-ecdsa'));
const adyen = once(() => new (require('@adyen/api-library/lib/src/utils/hmacValidator').default)());
const hubspot = once(() => require('@hubspot/api-client').Signature);
const square = once(() => require('square/dist/cjs/utilities/webhooksHelper').WebhooksHelper);
const shopify = (r) => {
  require('@shopify/shopify-api/adapters/node');
  const { shopifyApi, ApiVersion, LogSeverity } = require('@shopify/shopify-api');
  return shopifyApi({ apiKey: 'x', apiSecretKey: r.secret, hostName: 'x', isEmbeddedApp: true, apiVersion: Object.values(ApiVersion)[0], logger: { level: LogSeverity.Error, log() {} } });
};
// Headers that Shopify's package wants beside the signature.
const shopifyHeaders = (prefix) => ({ [`${prefix}-topic`]: 'orders/paid', [`${prefix}-shop-domain`]: 'a.myshopify.com', [`${prefix}-api-version`]: '2026-01', [`${prefix}-webhook-id`]: 'x' });
const braintree = (r) => {
  const [publicKey, privateKey] = r.secret.split('|');
  const { BraintreeGateway, Environment } = require('braintree');
  return new BraintreeGateway({ environment: Environment.Sandbox, merchantId: 'x', publicKey, privateKey });
};

const seconds = (r) => Math.floor(r.at / 1000);

// form returns the fields of a form; those that are repeated as lists.
function form(text) {
  const fields = {};
  for (const [name, value] of new URLSearchParams(text)) {
    fields[name] = name in fields ? [].concat(fields[name], value) : value;
  }
  return fields;
}

// HubSpot's documentation has these escapes of the URL decoded; its package takes the result.
const decoded = (url) => url.replace(/%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi, decodeURIComponent);
const isForm = (r) => (r.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');

// eachItem returns Adyen's message after something was done to each of its items.
function eachItem(text, work) {
  const message = JSON.parse(text);
  message.notificationItems.forEach((one) => work(one.NotificationRequestItem));
  return message;
}

// dropbox returns the event in the form of Dropbox Sign, as its package reads it.
const dropbox = (r) => require('@dropbox/sign').EventCallbackRequest.init(JSON.parse(form(r.text).json));

// sns verifies a message of SNS. The package fetches the certificate with https.get.
function sns(r) {
  https.get = (url, done) => {
    const { Readable } = require('node:stream');
    const found = url === r.certificateURL;
    const answer = Readable.from(found ? [Buffer.from(r.certificate)] : []);
    answer.statusCode = found ? 200 : 404;
    done(answer);
    return { on() {} };
  };
  const Validator = require('sns-validator');
  return new Promise((resolve, reject) => new Validator().validate(JSON.parse(r.text), (err) => (err ? reject(err) : resolve(true))));
}

const standard = (r, prefix) => new (require(prefix === 'svix' ? 'svix' : 'standardwebhooks').Webhook)(r.secret);
const signStandard = (r, prefix) => ({
  [`${prefix}-id`]: r.id,
  [`${prefix}-timestamp`]: String(seconds(r)),
  [`${prefix}-signature`]: standard(r, prefix).sign(r.id, new Date(r.at), r.text),
});

// Each oracle: the sender, its package, the bodies that the package takes (bytes, text, or JSON that
// it parses), and what the package does: sign returns what is added to a request, verify
// returns true or throws.
const oracles = [
  {
    sender: 'stripe', package: 'stripe', body: 'text', notEmpty: true,
    sign: (r) => ({ headers: { 'Stripe-Signature': stripe().webhooks.generateTestHeaderString({ payload: r.text, secret: r.secret, timestamp: seconds(r) }) } }),
    verify: (r) => stripe().webhooks.signature.verifyHeader(r.text, r.headers['stripe-signature'], r.secret, 300),
  },
  {
    sender: 'github', package: '@octokit/webhooks-methods', body: 'text', notEmpty: true,
    sign: async (r) => ({ headers: { 'X-Hub-Signature-256': await (await octokit()).sign(r.secret, r.text) } }),
    verify: async (r) => (await octokit()).verify(r.secret, r.text, r.headers['x-hub-signature-256']),
  },
  {
    sender: 'standard', package: 'standardwebhooks', body: 'json',
    sign: (r) => ({ headers: signStandard(r, 'webhook') }),
    verify: (r) => { standard(r, 'webhook').verify(r.text, r.headers); return true; },
  },
  {
    sender: 'standard', package: 'svix', body: 'json', families: true,
    sign: (r) => ({ headers: signStandard(r, 'svix') }),
    verify: (r) => { standard(r, 'svix').verify(r.text, r.headers); return true; },
  },
  {
    sender: 'workos', package: '@workos-inc/node', body: 'json', byPosition: true,
    sign: async (r) => ({ headers: { 'WorkOS-Signature': `t=${r.at}, v1=${await workos().webhooks.computeSignature(r.at, JSON.parse(r.text), r.secret)}` } }),
    verify: async (r) => workos().webhooks.verifyHeader({ payload: JSON.parse(r.text), sigHeader: r.headers['workos-signature'], secret: r.secret, tolerance: 180000 }),
  },
  {
    sender: 'razorpay', package: 'razorpay', body: 'text', notEmpty: true,
    verify: (r) => require('razorpay').validateWebhookSignature(r.text, r.headers['x-razorpay-signature'], r.secret),
  },
  {
    sender: 'coinbase', package: 'coinbase-commerce-node', body: 'json',
    verify: (r) => { require('coinbase-commerce-node').Webhook.verifySigHeader(r.text, r.headers['x-cc-webhook-signature'], r.secret); return true; },
  },
  {
    sender: 'gocardless', package: 'gocardless-nodejs', body: 'json',
    verify: (r) => { require('gocardless-nodejs/webhooks').parse(r.text, r.secret, r.headers['webhook-signature']); return true; },
  },
  {
    sender: 'paddle', package: '@paddle/paddle-node-sdk', body: 'json',
    verify: async (r) => { await paddle().webhooks.unmarshal(r.text, r.secret, r.headers['paddle-signature']); return true; },
  },
  {
    sender: 'twilio', package: 'twilio', body: 'text',
    sign: (r) => {
      const { getExpectedTwilioSignature, getExpectedBodyHash } = require('twilio/lib/webhooks/webhooks');
      const url = isForm(r) || r.text === '' ? r.url : `${r.url}${r.url.includes('?') ? '&' : '?'}bodySHA256=${getExpectedBodyHash(r.text)}`;
      return { url, headers: { 'X-Twilio-Signature': getExpectedTwilioSignature(r.secret, url, isForm(r) ? form(r.text) : {}) } };
    },
    verify: (r) => {
      const twilio = require('twilio/lib/webhooks/webhooks');
      if (isForm(r)) return twilio.validateRequest(r.secret, r.headers['x-twilio-signature'], r.url, form(r.text));
      return twilio.validateRequestWithBody(r.secret, r.headers['x-twilio-signature'], r.url, r.text);
    },
  },
  {
    sender: 'sendgrid', package: '@sendgrid/eventwebhook', body: 'text', slow: true,
    sign: (r) => ({
      headers: {
        'X-Twilio-Email-Event-Webhook-Timestamp': String(seconds(r)),
        'X-Twilio-Email-Event-Webhook-Signature': starkbank().Ecdsa.sign(seconds(r) + r.text, starkbank().PrivateKey.fromPem(crypto.createPrivateKey(r.private).export({ type: 'sec1', format: 'pem' }))).toBase64(),
      },
    }),
    verify: (r) => {
      const { EventWebhook } = require('@sendgrid/eventwebhook');
      const webhook = new EventWebhook();
      return webhook.verifySignature(webhook.convertPublicKeyToECDSA(r.secret), r.text, r.headers['x-twilio-email-event-webhook-signature'], r.headers['x-twilio-email-event-webhook-timestamp']);
    },
  },
  {
    sender: 'square', package: 'square', body: 'text', notEmpty: true,
    verify: (r) => square().isValidWebhookEventSignature(r.text, r.headers['x-square-hmacsha256-signature'], r.secret, r.url),
  },
  {
    sender: 'adyen', package: '@adyen/api-library', body: 'json',
    sign: (r) => ({ body: JSON.stringify(eachItem(r.text, (item) => { item.additionalData = { ...item.additionalData, hmacSignature: adyen().calculateHmac(item, r.secret) }; })) }),
    verify: (r) => { let right = true; eachItem(r.text, (item) => { right = adyen().validateHMAC(item, r.secret) && right; }); return right; },
  },
  {
    sender: 'dropbox-sign', package: '@dropbox/sign', body: 'json',
    verify: (r) => require('@dropbox/sign').EventCallbackHelper.isValid(r.secret, dropbox(r)),
  },
  {
    sender: 'linear', package: '@linear/sdk', body: 'json',
    verify: async (r) => new ((await linear()).LinearWebhookClient)(r.secret).verify(r.bytes, r.headers['linear-signature']),
  },
  {
    sender: 'notion', package: '@notionhq/client', body: 'bytes',
    sign: async (r) => ({ headers: { 'X-Notion-Signature': await require('@notionhq/client').signWebhookPayload({ body: r.bytes, verificationToken: r.secret }) } }),
    verify: (r) => require('@notionhq/client').verifyWebhookSignature({ body: r.bytes, signature: r.headers['x-notion-signature'], verificationToken: r.secret }),
  },
  {
    sender: 'telnyx', package: 'telnyx', body: 'text', slow: true,
    verify: (r) => require('telnyx')('x').webhooks.signature.verifySignature(r.text, r.headers['telnyx-signature-ed25519'], r.headers['telnyx-timestamp'], r.secret, 300),
  },
  {
    sender: 'shopify', package: '@shopify/shopify-api', body: 'text', notEmpty: true, families: true,
    verify: async (r) => (await shopify(r).webhooks.validate({
      rawBody: r.text,
      rawRequest: { method: 'POST', url: '/', headers: { ...shopifyHeaders('x-shopify'), ...shopifyHeaders('shopify'), ...r.headers } },
      rawResponse: {},
    })).valid,
  },
  {
    sender: 'hubspot', package: '@hubspot/api-client', body: 'text',
    sign: (r) => ({
      headers: {
        'X-HubSpot-Request-Timestamp': String(r.at),
        'X-HubSpot-Signature-v3': hubspot().getSignature(r.method, 'v3', { clientSecret: r.secret, requestBody: r.text, url: decoded(r.url), timestamp: r.at }),
      },
    }),
    verify: (r) => hubspot().isValid({ method: r.method, signatureVersion: 'v3', clientSecret: r.secret, requestBody: r.text, url: decoded(r.url), timestamp: r.headers['x-hubspot-request-timestamp'], signature: r.headers['x-hubspot-signature-v3'] }),
  },
  {
    // The package does not compare the hash of the body in the token with the body.
    sender: 'vonage', package: '@vonage/jwt', body: 'bytes', onlyHeaders: true,
    verify: (r) => require('@vonage/jwt').verifySignature(r.headers.authorization.replace(/^Bearer /, ''), r.secret),
  },
  { sender: 'sns', package: 'sns-validator', body: 'json', verify: sns },
  {
    sender: 'braintree', package: 'braintree', body: 'text',
    sign: (r) => ({ body: new URLSearchParams(braintree(r).webhookTesting.sampleNotification('subscription_went_past_due', r.id)).toString(), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }),
    verify: async (r) => { const { bt_signature, bt_payload } = form(r.text); await braintree(r).webhookNotification.parse(bt_signature, bt_payload); return true; },
  },
];

async function answer(r) {
  if (r.do === 'list') {
    return { oracles: oracles.map((o) => ({ ...o, package: `${o.package} (npm)`, version: require('./package.json').dependencies[o.package], sign: !!o.sign, verify: !!o.verify })) };
  }
  const one = oracles.find((o) => o.sender === r.sender && `${o.package} (npm)` === r.package);
  r.bytes = Buffer.from(r.body, 'base64');
  r.text = r.bytes.toString('utf8');
  if (r.do === 'sign') {
    const { body, ...out } = await one.sign(r);
    return { ...out, body: body === undefined ? undefined : Buffer.from(body).toString('base64') };
  }
  try {
    return { ok: (await one.verify(r)) === true };
  } catch (error) {
    return { ok: false, why: String((error && error.message) || error) };
  }
}

(async () => {
  console.log = console.error; // standard output is for answers
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + '\n');
  }
})();
