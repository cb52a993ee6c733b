package sender

// Template is a text with values of the request in it, such as "{timestamp}.{body}".
type Template []Part

// Part is a literal text, or one value.
type Part struct {
	Literal string
	// Value is "body", "timestamp", "id", "method", "url" or "params", "json", "header",
	// "query" or "form" with a Place, or "hmac" (the hex HMAC of a Place, in answers); "" for
	// a literal.
	Value string
	// Place is what json, header, query, form and hmac read. A place without a value is an
	// empty text.
	Place Place
	// OnlyJSON means that the body counts only if it is not a form (body).
	OnlyJSON bool
}
