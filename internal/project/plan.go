package project

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"untag"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/userfile"
	"untag/internal/zoho"
)

// File is a file of the folder.
type File struct {
	// Path is its path from the folder, with slashes.
	Path string
	Text string
	// Yours says that it is the user's once it is written.
	Yours bool
	// Binary says that its content is not text.
	Binary bool
	// Asked says that the user named its content, so that it replaces any other.
	Asked bool
}

// Config is what New needs.
type Config struct {
	Folder string
	// Choices are those that the user made. In a folder that untag init made, they come on top of
	// those that were made before.
	Choices Choices
	// Function is the file of the function to copy; "" to look for it.
	Function string
	// Version is that of the program.
	Version string
}

// Change is a file that is to be written. Before is its content, "" if it does not exist.
type Change struct {
	File
	Before string
	Exists bool
}

// Plan is what is to be written.
type Plan struct {
	Choices Choices
	// Again says that untag init made the folder.
	Again   bool
	Changes []Change
	// Kept are untag's files that the user has changed, and that would change.
	Kept []string
	// Missing are senders that the rules have no source for.
	Missing []string
	// HasFunction says that the file of the function is there, or will be.
	HasFunction bool

	folder string
	record manifest
}

// FunctionFile is where the file of the function belongs, from the folder.
func (p *Plan) FunctionFile() string { return functionFile(p.Choices.Architecture) }

// Made reports whether untag init made a folder. Its error is that of a folder that it cannot
// make one of untag's.
func Made(folder string) (bool, error) {
	m, err := readManifest(folder)
	return m != nil, err
}

// New returns what is to be written to a folder. It writes nothing.
func New(c Config) (*Plan, error) {
	before, err := readManifest(c.Folder)
	if err != nil {
		return nil, err
	}
	p := &Plan{Again: before != nil, folder: c.Folder}
	if before == nil {
		before = &manifest{}
	}
	if p.Choices, err = before.with(c.Choices).withDefaults().checked(); err != nil {
		return nil, err
	}
	list, err := p.files(c.Function)
	if err != nil {
		return nil, err
	}
	p.record = manifest{Format: manifestFormat, Untag: c.Version, Choices: p.Choices, Files: maps.Clone(before.Files)}
	if p.record.Files == nil {
		p.record.Files = make(map[string]string)
	}
	for _, f := range list {
		if err := p.add(f); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// with returns the choices of a folder with further ones.
func (m manifest) with(c Choices) Choices {
	all := m.Choices
	all.Senders = slices.Concat(all.Senders, c.Senders)
	if c.Module != "" {
		all.Module = c.Module
	}
	if len(c.Tags) > 0 {
		all.Tags = c.Tags
	}
	for _, choice := range []struct{ into, from *string }{
		{&all.DataCenter, &c.DataCenter}, {&all.Region, &c.Region}, {&all.Architecture, &c.Architecture},
	} {
		if *choice.from != "" {
			*choice.into = *choice.from
		}
	}
	return all
}

// files returns all files of the folder as this version writes them.
func (p *Plan) files(function string) ([]File, error) {
	list, err := ruleFiles(p.Choices)
	if err != nil {
		return nil, err
	}
	sources, err := p.sources(list[0].Text)
	if err != nil {
		return nil, err
	}
	own, err := p.functionFiles(function)
	if err != nil {
		return nil, err
	}
	stack, err := stackTemplate(untag.Template, p.FunctionFile(), p.Choices.Architecture, sources)
	if err != nil {
		return nil, err
	}
	own = append(own, File{Path: "template.yaml", Text: stack})
	shown, err := newPage(p.Choices, p.HasFunction)
	if err != nil {
		return nil, err
	}
	for _, f := range []struct {
		name, path string
		yours      bool
	}{{"samconfig.toml", "samconfig.toml", true}, {"gitignore", ".gitignore", true}, {"untag.yml", ".github/workflows/untag.yml", false}, {"README.md", "README.md", false}} {
		text, err := shown.file(f.name)
		if err != nil {
			return nil, err
		}
		own = append(own, File{Path: f.path, Text: text, Yours: f.yours})
	}
	return append(list, own...), nil
}

// sources returns the sources that receive webhooks, of the folder's rules or of those that are
// to be written, and notes the senders that have none.
func (p *Plan) sources(written string) ([]string, error) {
	file := filepath.Join(p.folder, "rules.yaml")
	set, err := userfile.ReadRules(file)
	if !p.Again || userfile.Absent(err) {
		var found []rules.Fault
		set, found = rules.LoadFor([]byte(written), zoho.HasModule(os.Getenv("ZOHO_API_VERSION")))
		if set == nil {
			return nil, fmt.Errorf("these rules would not be valid: %s", found[0])
		}
	} else if err != nil {
		return nil, err
	}
	var names []string
	for _, source := range set.Sources() {
		if slices.ContainsFunc(source.Verify, func(v event.Scheme) bool { return v.Kind != "aws" }) {
			names = append(names, source.Name)
		}
	}
	for _, name := range p.Choices.Senders {
		if !slices.ContainsFunc(set.Sources(), func(s event.Source) bool {
			return s.Name == name || slices.ContainsFunc(s.Verify, func(v event.Scheme) bool { return v.Kind == name })
		}) {
			p.Missing = append(p.Missing, name)
		}
	}
	return names, nil
}

// functionFiles returns the function with its checksum, if it is there or can be found.
func (p *Plan) functionFiles(named string) ([]File, error) {
	path := p.FunctionFile()
	there := filepath.Join(p.folder, filepath.FromSlash(path))
	f := File{Path: path, Binary: true, Asked: named != ""}
	if named == "" && p.Again {
		// One that is there was chosen with care: only --function replaces it.
		if text, err := os.ReadFile(there); err == nil {
			f.Text = string(text)
		}
	}
	if named == "" && f.Text == "" {
		named = findFunction(p.Choices.Architecture)
	}
	if f.Text == "" && named != "" {
		text, err := readFunction(named, p.Choices.Architecture)
		if err != nil {
			return nil, err
		}
		f.Text = text
	}
	if f.Text == "" {
		return nil, nil
	}
	p.HasFunction = true
	return []File{f, {Path: functionFolder + "/SHA256SUMS", Text: sum(f.Text) + "  " + functionName(p.Choices.Architecture) + "\n", Asked: true}}, nil
}

// add compares a file with what is there.
func (p *Plan) add(f File) error {
	there, err := os.ReadFile(filepath.Join(p.folder, filepath.FromSlash(f.Path)))
	exists := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return folderError(p.folder, err)
	}
	last, written := p.record.Files[f.Path]
	switch {
	case exists && string(there) == f.Text:
		p.record.Files[f.Path] = sum(f.Text)
		return nil
	case f.Yours && (exists || written):
		return nil // the user's, even if the user has deleted it
	case exists && !f.Asked && sum(string(there)) != last:
		p.Kept = append(p.Kept, f.Path)
		return nil
	}
	p.record.Files[f.Path] = sum(f.Text)
	p.Changes = append(p.Changes, Change{File: f, Before: string(there), Exists: exists})
	return nil
}

// Apply writes the changes.
func (p *Plan) Apply() error {
	if err := makeFolder(p.folder); err != nil {
		return err
	}
	if !p.Again {
		// If the disk gets full, untag init can go on in this folder.
		begun := p.record
		begun.Files = nil
		if err := p.write(begun); err != nil {
			return err
		}
	}
	for _, c := range p.Changes {
		if err := write(p.folder, c.Path, c.Text); err != nil {
			return err
		}
	}
	return p.write(p.record)
}

func (p *Plan) write(m manifest) error {
	text, err := m.text()
	if err != nil {
		return err
	}
	return write(p.folder, manifestFile, text)
}
