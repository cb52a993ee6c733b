package zoho

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// DataCenter is one of the places Zoho keeps accounts in; an account lives in one.
type DataCenter struct {
	Name string
	// AccountsURL is the address of the accounts server, which issues tokens.
	AccountsURL string
	// APIURL is the address of the API of the production environment.
	APIURL string
}

// DataCenters lists every data center, see
// https://www.zoho.com/crm/developer/docs/api/v8/multi-dc.html.
func DataCenters() []DataCenter {
	return []DataCenter{
		{"us", "https://accounts.zoho.com", "https://www.zohoapis.com"},
		{"eu", "https://accounts.zoho.eu", "https://www.zohoapis.eu"},
		{"in", "https://accounts.zoho.in", "https://www.zohoapis.in"},
		{"au", "https://accounts.zoho.com.au", "https://www.zohoapis.com.au"},
		{"jp", "https://accounts.zoho.jp", "https://www.zohoapis.jp"},
		{"cn", "https://accounts.zoho.com.cn", "https://www.zohoapis.com.cn"},
		{"ca", "https://accounts.zohocloud.ca", "https://www.zohoapis.ca"},
		{"sa", "https://accounts.zoho.sa", "https://www.zohoapis.sa"},
		{"uk", "https://accounts.zoho.uk", "https://www.zohoapis.uk"},
		{"ae", "https://accounts.zoho.ae", "https://www.zohoapis.ae"},
		{"sg", "https://accounts.zoho.sg", "https://www.zohoapis.sg"},
	}
}

// LookupDataCenter finds a data center by its name, in any case.
func LookupDataCenter(name string) (DataCenter, error) {
	var names []string
	for _, dc := range DataCenters() {
		if strings.EqualFold(dc.Name, name) {
			return dc, nil
		}
		names = append(names, dc.Name)
	}
	return DataCenter{}, fmt.Errorf("%s not a data center of Zoho's; use one of %s", shown(name), strings.Join(names, ", "))
}

// API returns the address of the API of an environment, "" for production.
func (dc DataCenter) API(environment string) string {
	if environment == "" || environment == production {
		return dc.APIURL
	}
	return strings.Replace(dc.APIURL, "https://www.", "https://"+environment+".", 1)
}

const production = "production"

// Environments lists the kinds of organisations, each of which has its own API host. A token
// answer names production for all of them, so the environment must be configured. See
// https://www.zoho.com/crm/developer/docs/api/v8/multi-dc.html.
func Environments() []string { return []string{production, "sandbox", "developer"} }

// CheckEnvironment returns an error unless a name is one of Environments, in any case, or
// "", which leaves the choice to the token answer.
func CheckEnvironment(name string) error {
	if name == "" || slices.Contains(Environments(), strings.ToLower(name)) {
		return nil
	}
	return fmt.Errorf("%s not an environment of Zoho's; use production, sandbox or developer", shown(name))
}

// shown returns the beginning of a message about a name. It quotes the name only if it looks
// like one, as someone may have put a secret in its place in the credential.
func shown(name string) string {
	switch {
	case name == "":
		return "an empty text is"
	case len(name) > 16 || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) }):
		return "the value is"
	}
	return strconv.Quote(name) + " is"
}

// TrustedHost reports whether an access token may be sent to a URL: it is https, on
// the usual port, at one of Zoho's API hosts.
func TrustedHost(rawURL string) bool {
	u, err := url.Parse(rawURL)
	if err != nil || !isBase(rawURL) || u.Scheme != "https" || (u.Port() != "" && u.Port() != "443") {
		return false
	}
	return dataCenterOf(rawURL) != ""
}

// dataCenterOf returns the name of the data center whose API is at the host of an address, in
// any environment, "" if there is none.
func dataCenterOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	for _, dc := range DataCenters() {
		for _, environment := range Environments() {
			if hostOf(dc.API(environment)) == strings.ToLower(u.Hostname()) {
				return dc.Name
			}
		}
	}
	return ""
}

// hostOf returns the host of an address with its port, "" if it has none.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
