// Package local runs the Lambda function on a developer's machine, behind a stand-in for API
// Gateway and in front of a simulated Zoho, and shows what each request did.
package local
