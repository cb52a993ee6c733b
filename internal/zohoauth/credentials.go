package zohoauth

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
)

// Credentials are what an access token is minted from.
type Credentials struct {
	ClientID, ClientSecret, RefreshToken string
	// DataCenter is the name of one of Zoho's data centers.
	DataCenter string
	// Environment is production, sandbox or developer, or "".
	Environment string
}

// String hides the credentials.
func (c Credentials) String() string {
	return "Zoho credentials of data center " + strconv.Quote(c.DataCenter)
}

// Format hides the credentials under every verb.
func (c Credentials) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue hides the credentials.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }
