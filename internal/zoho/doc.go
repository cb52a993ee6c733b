// Package zoho calls Zoho CRM's REST API: it removes tags from records, reads and searches
// records, and turns a refresh token into access tokens.
//
// Every call checks its arguments before it makes a request, judges each record of an
// answer separately, and reports what went wrong as an *Error. The package reads no
// environment variables and knows neither rules nor AWS.
package zoho
