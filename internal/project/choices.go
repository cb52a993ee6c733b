package project

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"untag/internal/crmname"
	"untag/internal/senderlist"
	"untag/internal/sendersample"
	"untag/internal/zoho"
)

// Choices are what a folder is made for.
type Choices struct {
	Senders []string `json:"senders"`
	// Module and Tags take the place of those of the samples, if they are given.
	Module string   `json:"module,omitempty"`
	Tags   []string `json:"tags,omitempty"`
	// DataCenter is that of the Zoho account, and Region that of AWS.
	DataCenter string `json:"data_center"`
	Region     string `json:"region"`
	// Architecture is the processor that the function was built for.
	Architecture string `json:"architecture"`
}

// The choices that are made if no other is.
const (
	DefaultSender       = "token"
	DefaultDataCenter   = "us"
	DefaultRegion       = "us-east-1"
	DefaultArchitecture = "arm64"
)

// Architectures are the processors that the function is built for.
func Architectures() []string { return []string{"arm64", "x86_64"} }

// regionName is the form of the names of AWS's regions.
var regionName = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]$`)

// withDefaults fills in what is not chosen.
func (c Choices) withDefaults() Choices {
	for _, choice := range []struct {
		value    *string
		standard string
	}{{&c.DataCenter, DefaultDataCenter}, {&c.Region, DefaultRegion}, {&c.Architecture, DefaultArchitecture}} {
		if *choice.value == "" {
			*choice.value = choice.standard
		}
	}
	return c
}

// checked returns the choices as they are written, without a sender twice. Its error says which
// is wrong.
func (c Choices) checked() (Choices, error) {
	var err error
	if c.Senders, err = checkSenders(c.Senders); err != nil {
		return c, err
	}
	if c.Module != "" {
		if c.Module, err = checkModule(c.Module); err != nil {
			return c, err
		}
	}
	for _, tag := range c.Tags {
		if err := checkTag(tag); err != nil {
			return c, err
		}
	}
	if c.DataCenter, err = checkDataCenter(c.DataCenter); err != nil {
		return c, err
	}
	if err := checkRegion(c.Region); err != nil {
		return c, err
	}
	return c, checkArchitecture(c.Architecture)
}

// checkSenders returns the names, each once and in the order given.
func checkSenders(names []string) ([]string, error) {
	var list []string
	for _, name := range names {
		name = strings.TrimSpace(name)
		s, err := senderlist.Find(name)
		if err != nil {
			return nil, fmt.Errorf("--sender: %w", err)
		}
		if !slices.Contains(sendersample.Names(), s.Name) {
			return nil, fmt.Errorf("--sender: there is no sample of %s", s.Name)
		}
		if !slices.Contains(list, s.Name) {
			list = append(list, s.Name)
		}
	}
	if len(list) == 0 {
		return nil, errors.New("name a sender with --sender, such as --sender stripe; untag senders lists them")
	}
	return list, nil
}

func checkModule(name string) (string, error) {
	module, err := crmname.ModuleAPIName(name)
	if err != nil {
		return "", fmt.Errorf("--module: %w", err)
	}
	if module == "Activities" {
		return "", errors.New("--module: Activities has no records of its own; name Tasks, Events or Calls")
	}
	return module, nil
}

func checkTag(tag string) error {
	if err := crmname.CheckTag(tag); err != nil {
		return fmt.Errorf("--tag: %w", err)
	}
	return nil
}

func checkDataCenter(name string) (string, error) {
	dc, err := zoho.LookupDataCenter(strings.TrimSpace(name))
	if err != nil {
		return "", fmt.Errorf("--data-center: %w", err)
	}
	return dc.Name, nil
}

func checkRegion(name string) error {
	if !regionName.MatchString(name) {
		return fmt.Errorf("--region: %q is not the name of an AWS region; it looks like eu-central-1", name)
	}
	return nil
}

func checkArchitecture(name string) error {
	if !slices.Contains(Architectures(), name) {
		return fmt.Errorf("--architecture: %q is not a processor that the function is built for; use %s", name, strings.Join(Architectures(), " or "))
	}
	return nil
}
