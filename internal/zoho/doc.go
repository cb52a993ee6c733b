// Package zoho speaks Zoho CRM's REST API: it takes tags off records, reads and
// searches records, and turns a refresh token into access tokens.
//
// Every call refuses what Zoho would refuse before a request is made, looks at each
// record of an answer by itself, and reports what went wrong as an *Error. The
// package reads no environment and knows neither rules nor AWS.
package zoho
