// Package watch keeps the notifications of Zoho CRM alive that the rules file declares with
// `watch`. The function renews them on a schedule; `untag watch` enables and ends them. It
// reads no secret and no environment.
package watch
