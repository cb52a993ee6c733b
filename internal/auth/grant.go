package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"untag/internal/scopes"
	"untag/internal/terminal"
	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

// Exchange exchanges the code and returns the credential, with the scopes that Zoho names.
// Its error says in plain words what was wrong and what to do.
func Exchange(ctx context.Context, i Input, accountsURL string) (zohoauth.Credentials, []string, error) {
	c := i.Credentials
	granted, err := zoho.Exchange(ctx, zoho.CodeConfig{Credentials: c, AccountsURL: accountsURL}, i.Code)
	if failed, ok := errors.AsType[*zoho.CodeError](err); ok {
		return c, nil, terminal.AnswerIsNo(why(failed, c.DataCenter))
	}
	if err != nil {
		return c, nil, terminal.AnswerIsNo(fmt.Sprintf("Zoho's accounts server cannot be reached, so nothing is known of the code: %v; check the network, the proxy if there is one, and the data center, and run this again", err))
	}
	c.RefreshToken = granted.RefreshToken
	return c, granted.Scopes, nil
}

// why says what a refused code means and what to do.
func why(e *zoho.CodeError, dataCenter string) string {
	const again = "; then generate a new code and run this again"
	switch {
	case e.Location != "" && e.Location != dataCenter:
		return fmt.Sprintf("wrong data center: Zoho says that this client belongs to %s, not to %s (%s); run this again with --data-center %s and a new code",
			e.Location, dataCenter, e.Code, e.Location)
	}
	switch e.Code {
	case "invalid_code":
		return "the grant code has expired or was used before (invalid_code): a code is valid once, and only for the 3 to 10 minutes chosen when it was made; generate a new one at " +
			console(dataCenter) + " and run this again. If it was new, it belongs to another client or another data center than " + dataCenter
	case "invalid_client_secret":
		return "the client secret is wrong (invalid_client_secret): copy it from the tab Client Secret of your client at " + console(dataCenter) + again
	case "invalid_client":
		return fmt.Sprintf("Zoho's data center %s does not know this client, or the client secret is wrong (invalid_client): compare both with the tab Client Secret at %s. "+
			"If they are right, the data center is wrong: it is in the address of your CRM (crm.zoho.eu is eu)%s", dataCenter, console(dataCenter), again)
	case "invalid_redirect_uri", "redirect_uri_mismatch", "invalid_redirect_url", "unauthorized_client":
		return "this client is not a Self Client (" + e.Code + "): its codes need a redirect URI, which untag does not have; create a Self Client at " + console(dataCenter) +
			", generate a code with it, and run this again with its client id and secret"
	case "invalid_scope", "scope_not_found":
		return "Zoho does not know the scope of this code (" + e.Code + "); generate a code with the scope that this command shows"
	case zoho.CodeThrottled:
		return "too many tokens were requested: Zoho issues ten in ten minutes; wait ten minutes" + again
	case zoho.CodeUnreadable:
		return "Zoho took the code and returned no refresh token: generate a new code with a Self Client at " + console(dataCenter) + " and run this again"
	}
	if e.Code == "" {
		return fmt.Sprintf("the accounts server answered HTTP %d without a code of Zoho's: something other than Zoho may have answered, such as a proxy%s", e.Status, again)
	}
	return fmt.Sprintf("Zoho refused the code: %s (HTTP %d)%s", e.Code, e.Status, again)
}

// Check says which needed scopes were not granted: as an error those that the rules need,
// as notes those that only untag doctor needs.
func Check(needs []scopes.Need, granted []string) (notes []string, err error) {
	if len(granted) == 0 {
		return []string{"Zoho did not say which scopes the code has, so they are not checked: run untag doctor"}, nil
	}
	for _, n := range scopes.Missing(scopes.OfDoctor(), granted) {
		notes = append(notes, "without the scope "+n.Scope+", untag doctor checks less")
	}
	missing := scopes.Missing(needs, granted)
	if len(missing) == 0 {
		return notes, nil
	}
	lines := []string{"the code lacks scopes that the rules need:"}
	for _, n := range missing {
		lines = append(lines, "  "+n.Scope+": "+n.Why)
	}
	lines = append(lines, "nothing was stored; generate a new code for "+scopes.Text(append(needs, scopes.OfDoctor()...)))
	return notes, &Lacking{lines}
}

// Lacking is the error of a code that lacks scopes.
type Lacking struct{ Lines []string }

func (l *Lacking) Error() string { return strings.Join(l.Lines, "\n") }
