// Package queue keeps verified deliveries in Amazon SQS between the function that
// receives them and the one that acts on them. It knows nothing about rules or Zoho.
package queue
