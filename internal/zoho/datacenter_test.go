package zoho_test

import (
	"strings"
	"testing"

	"untag/internal/zoho"
)

func TestDataCenters(t *testing.T) {
	for _, dc := range zoho.DataCenters() {
		if dc.APIURL != "" && !zoho.TrustedHost(dc.APIURL) {
			t.Errorf("%s is not trusted", dc.APIURL)
		}
		if got, err := zoho.LookupDataCenter(strings.ToUpper(dc.Name)); err != nil || got != dc {
			t.Errorf("LookupDataCenter(%s) = %+v, %v", dc.Name, got, err)
		}
	}
	for _, url := range []string{
		"http://www.zohoapis.com", "https://zohoapis.com.evil.example", "https://www.zohoapis.com:8443", "https://u@www.zohoapis.com",
		"https://evil.zohoapis.com", "https://zohoapis.com", "https://www.zohoapis.com?x=", "https://www.zohoapis.com#x", "https://www.zohoapis.com.", "//www.zohoapis.com",
		"https://evil.zohoapis.com.example", "https://accounts.zoho.com", "", "://",
	} {
		if zoho.TrustedHost(url) {
			t.Errorf("TrustedHost(%q) = true", url)
		}
	}
}

func TestTrustedHosts(t *testing.T) {
	for _, url := range []string{
		"https://www.zohoapis.com", "https://WWW.ZOHOAPIS.EU", "https://www.zohoapis.in:443", "https://sandbox.zohoapis.com.au",
		"https://developer.zohoapis.jp", "https://www.zohoapis.uk",
	} {
		if !zoho.TrustedHost(url) {
			t.Errorf("TrustedHost(%q) = false", url)
		}
	}
	if _, err := zoho.LookupDataCenter(""); err == nil {
		t.Error("LookupDataCenter of nothing gives one")
	}
}
