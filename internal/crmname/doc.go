// Package crmname knows which names Zoho CRM takes: of modules, of records and of
// tags. A rules file is checked with it before anything is deployed, and a request
// before it is made.
//
// It holds no state, makes no request and imports nothing of the project.
package crmname
