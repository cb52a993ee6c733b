package sharedsecret

// examples lists secrets, in lower case, that documentation shows and people do not replace.
// A secret that only contains one of these words is not an example.
var examples = []string{
	"…", "...", "new", "old", "user:password",
	"openssl rand -hex 24", "openssl rand -hex 32",
	"secret", "token", "password", "passwort", "example", "sample", "test", "testing", "default", "placeholder",
	"changeme", "change-me", "change_me", "change me", "change-this", "replaceme", "replace-me", "replace_me",
	"your-secret", "your_secret", "yoursecret", "your secret", "your-secret-here", "your_secret_here", "your secret here",
	"your-token", "your_token", "yourtoken", "your token", "your-token-here", "your_token_here", "your token here",
	"your-webhook-secret", "your_webhook_secret", "your-webhook-token", "x-webhook-token",
	"password1", "password123", "passw0rd", "12345678", "123456789", "1234567890", "undefined",

	// Senders publish these. Zendesk and Mandrill sign with theirs until a webhook has its own
	// secret, so anyone can have a request signed with it.
	"dghpc19zzwnyzxrfaxnfzm9yx3rlc3rpbmdfb25seq==", "test-webhook",
	"it's a secret to everybody", "thisisthesamplekeyfortestingpurposes",
}

// longestExample is longer than any of them, in bytes.
const longestExample = 48
