package auth

import (
	"encoding/json"

	"untag/internal/zohoauth"
)

// Form returns a credential in the form in which the function and `untag run` read it.
func Form(c zohoauth.Credentials) ([]byte, error) {
	return json.Marshal(struct {
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
		RefreshToken string `json:"refresh_token"`
		DataCenter   string `json:"data_center"`
		Environment  string `json:"environment,omitempty"`
	}{c.ClientID, c.ClientSecret, c.RefreshToken, c.DataCenter, c.Environment})
}
