package zoho_test

import (
	"strings"
	"testing"

	"untag/internal/zoho"
)

func TestDataCenters(t *testing.T) {
	for _, dc := range zoho.DataCenters() {
		for _, environment := range append(zoho.Environments(), "") {
			if !zoho.TrustedHost(dc.API(environment)) {
				t.Errorf("%s is not trusted", dc.API(environment))
			}
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
		"https://developer.zohoapis.jp", "https://www.zohoapis.uk", "https://www.zohoapis.ae", "https://sandbox.zohoapis.sg",
	} {
		if !zoho.TrustedHost(url) {
			t.Errorf("TrustedHost(%q) = false", url)
		}
	}
	if _, err := zoho.LookupDataCenter(""); err == nil {
		t.Error("LookupDataCenter of an empty name returned a data center")
	}
}

// TestHosts compares the hosts with those that Zoho documents.
func TestHosts(t *testing.T) {
	for name, want := range map[string][4]string{
		"us": {"accounts.zoho.com", "www.zohoapis.com", "sandbox.zohoapis.com", "developer.zohoapis.com"},
		"au": {"accounts.zoho.com.au", "www.zohoapis.com.au", "sandbox.zohoapis.com.au", "developer.zohoapis.com.au"},
		"ca": {"accounts.zohocloud.ca", "www.zohoapis.ca", "sandbox.zohoapis.ca", "developer.zohoapis.ca"},
		"uk": {"accounts.zoho.uk", "www.zohoapis.uk", "sandbox.zohoapis.uk", "developer.zohoapis.uk"},
		"ae": {"accounts.zoho.ae", "www.zohoapis.ae", "sandbox.zohoapis.ae", "developer.zohoapis.ae"},
		"SG": {"accounts.zoho.sg", "www.zohoapis.sg", "sandbox.zohoapis.sg", "developer.zohoapis.sg"},
	} {
		dc, err := zoho.LookupDataCenter(name)
		got := [4]string{dc.AccountsURL, dc.API("production"), dc.API("sandbox"), dc.API("developer")}
		for i, host := range want {
			if err != nil || got[i] != "https://"+host {
				t.Errorf("%s: %s, %v, want https://%s", name, got[i], err, host)
			}
		}
	}
}

func TestCheckEnvironment(t *testing.T) {
	for name, ok := range map[string]bool{"": true, "production": true, "Sandbox": true, "DEVELOPER": true, "prod": false, " sandbox": false, "www": false} {
		if err := zoho.CheckEnvironment(name); (err == nil) != ok {
			t.Errorf("CheckEnvironment(%q) = %v, want ok %v", name, err, ok)
		}
	}
	// A value that may be a misplaced secret is not repeated.
	for _, name := range []string{"1000.hush0123", strings.Repeat("hush", 10)} {
		_, err := zoho.LookupDataCenter(name)
		if err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("LookupDataCenter = %v, want an error without the value", err)
		}
		if err := zoho.CheckEnvironment(name); err == nil || strings.Contains(err.Error(), "hush") || !strings.Contains(err.Error(), "production, sandbox or developer") {
			t.Errorf("CheckEnvironment = %v, want an error without the value", err)
		}
	}
}
