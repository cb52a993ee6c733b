package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// folderError says what is wrong with a folder.
func folderError(folder string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EEXIST):
		return fmt.Errorf("%s: it, or a folder above it, is a file; name a folder", folder)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%s: you may not write to this folder; name another, or change its permissions", folder)
	}
	return fmt.Errorf("%s: %w", folder, err)
}

// write writes a file at once: a reader sees the old content or the new one, never a part.
func write(folder, path, text string) error {
	file := filepath.Join(folder, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return folderError(filepath.Dir(file), err)
	}
	part, err := os.CreateTemp(filepath.Dir(file), ".untag-*")
	if err != nil {
		return folderError(filepath.Dir(file), err)
	}
	_, err = part.WriteString(text)
	err = errors.Join(err, part.Chmod(0o644), part.Close())
	if err == nil {
		err = os.Rename(part.Name(), file)
	}
	if err != nil {
		_ = os.Remove(part.Name())
		return fmt.Errorf("write %s: %w", file, err)
	}
	return nil
}
