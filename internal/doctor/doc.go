// Package doctor examines a deployment or a local set-up of untag: secrets, the Zoho account,
// queues, alarms and the clock. It changes nothing but the number of access tokens, of which it
// asks for one, and shows no secret.
package doctor
