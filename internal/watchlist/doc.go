// Package watchlist shows which notifications of Zoho CRM are alive, as text and as JSON.
package watchlist
