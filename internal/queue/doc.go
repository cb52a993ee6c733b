// Package queue keeps verified deliveries in Amazon SQS between the function that
// receives them and the one that acts on them. It knows nothing of rules or of Zoho.
package queue
