package zoho

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// DataCenter is one of the places Zoho keeps accounts in; an account lives in one.
type DataCenter struct {
	Name string
	// AccountsURL is where tokens come from.
	AccountsURL string
	// APIURL is where the API is, "" where it is only known from a token answer.
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
		{"uk", "https://accounts.zoho.uk", ""},
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
	return DataCenter{}, fmt.Errorf("zoho: data center %q is none of %s", name, strings.Join(names, ", "))
}

// apiDomains are the ends of the hosts that serve the API: www., sandbox. and
// developer. stand in front of them.
var apiDomains = [...]string{
	"zohoapis.com", "zohoapis.eu", "zohoapis.in", "zohoapis.com.au", "zohoapis.jp",
	"zohoapis.com.cn", "zohoapis.ca", "zohoapis.sa", "zohoapis.uk",
}

// TrustedHost reports whether an access token may be sent to a URL: it is https, on
// the usual port, at one of Zoho's API hosts.
func TrustedHost(rawURL string) bool {
	u, err := url.Parse(rawURL)
	if err != nil || !isBase(rawURL) || u.Scheme != "https" || (u.Port() != "" && u.Port() != "443") {
		return false
	}
	host := strings.ToLower(u.Hostname())
	for _, prefix := range []string{"www.", "sandbox.", "developer."} {
		if rest, ok := strings.CutPrefix(host, prefix); ok {
			return slices.Contains(apiDomains[:], rest)
		}
	}
	return false
}

// hostOf is the host of an address, "" where it is none.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
