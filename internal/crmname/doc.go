// Package crmname checks the names that Zoho CRM accepts: of modules, records and tags.
// A rules file is checked with it before it is deployed, and a request before it is sent.
//
// It holds no state, makes no request and imports nothing from the project.
package crmname
