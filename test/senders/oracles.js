// Signs and verifies webhooks with the vendors' own packages: a request in JSON a line on
// standard input, an answer a line on standard output.
'use strict';

const readline = require('node:readline');
const { Webhook: Standard } = require('standardwebhooks');
const Stripe = require('stripe');
const Razorpay = require('razorpay');
const coinbase = require('coinbase-commerce-node');
const gocardless = require('gocardless-nodejs/webhooks');
const { Paddle } = require('@paddle/paddle-node-sdk');
const { WorkOS } = require('@workos-inc/node');

const stripe = new (Stripe.default ?? Stripe)('sk_test_x');
const workos = new WorkOS('sk_test_x');
const paddle = new Paddle('x');

// The packages compare the time of signing with the clock.
function at(ms, work) {
  const Clock = Date;
  globalThis.Date = class extends Clock {
    constructor(...given) { super(...(given.length ? given : [ms])); }
    static now() { return ms; }
  };
  return Promise.resolve().then(work).finally(() => { globalThis.Date = Clock; });
}

const sign = {
  stripe: (r) => ({ 'Stripe-Signature': stripe.webhooks.generateTestHeaderString({ payload: r.text, secret: r.secret, timestamp: Math.floor(r.at / 1000) }) }),
  github: async (r) => ({ 'X-Hub-Signature-256': await (await import('@octokit/webhooks-methods')).sign(r.secret, r.text) }),
  standard: (r) => ({ 'webhook-id': r.id, 'webhook-timestamp': String(Math.floor(r.at / 1000)), 'webhook-signature': new Standard(r.secret).sign(r.id, new Date(r.at), r.text) }),
  workos: async (r) => ({ 'WorkOS-Signature': `t=${r.at}, v1=${await workos.webhooks.computeSignature(r.at, JSON.parse(r.text), r.secret)}` }),
};

const verify = {
  stripe: (r) => !!stripe.webhooks.signature.verifyHeader(r.text, r.headers['Stripe-Signature'], r.secret, 300, undefined, r.at),
  github: async (r) => (await import('@octokit/webhooks-methods')).verify(r.secret, r.text, r.headers['X-Hub-Signature-256']),
  standard: (r) => { new Standard(r.secret).verify(r.text, { 'webhook-id': r.headers['Webhook-Id'], 'webhook-timestamp': r.headers['Webhook-Timestamp'], 'webhook-signature': r.headers['Webhook-Signature'] }); return true; },
  razorpay: (r) => Razorpay.validateWebhookSignature(r.text, r.headers['X-Razorpay-Signature'], r.secret),
  coinbase: (r) => { coinbase.Webhook.verifySigHeader(r.text, r.headers['X-Cc-Webhook-Signature'], r.secret); return true; },
  gocardless: (r) => { gocardless.parse(r.text, r.secret, r.headers['Webhook-Signature']); return true; },
  paddle: async (r) => { await paddle.webhooks.unmarshal(r.text, r.secret, r.headers['Paddle-Signature']); return true; },
  workos: async (r) => { await workos.webhooks.verifyHeader({ payload: JSON.parse(r.text), sigHeader: r.headers['Workos-Signature'], secret: r.secret, tolerance: 180000 }); return true; },
};

async function answer(r) {
  r.text = Buffer.from(r.body, 'base64').toString('utf8');
  if (r.do === 'list') return { sign: Object.keys(sign), verify: Object.keys(verify) };
  if (r.do === 'sign') return { headers: await at(r.at, () => sign[r.sender](r)) };
  try {
    return { ok: await at(r.at, () => verify[r.sender](r)) === true };
  } catch (error) {
    return { ok: false, why: String(error && error.message) };
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + '\n');
  }
})();
