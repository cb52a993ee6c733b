package project

import (
	"archive/zip"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"untag/internal/userfile"
)

// functionFolder has the function as it is deployed, and its checksum.
const functionFolder = "function"

func functionName(architecture string) string { return "untag-" + architecture + ".zip" }

func functionFile(architecture string) string {
	return functionFolder + "/" + functionName(architecture)
}

// largestFunction is more than the function has, in bytes. Lambda allows 250 MB.
const largestFunction = 100 << 20

// readFunction reads the file of a function that was built for a processor.
func readFunction(file, architecture string) (string, error) {
	data, err := userfile.Read("function", "name another with --function; `make package` in a clone of untag writes it to dist/", file)
	if err != nil {
		return "", err
	}
	if err := checkFunction(file, architecture); err != nil {
		return "", fmt.Errorf("--function %s: %w", file, err)
	}
	return string(data), nil
}

// checkFunction reports what is wrong with the file of a function.
func checkFunction(file, architecture string) error {
	z, err := zip.OpenReader(file)
	if err != nil {
		return errors.New("it is not a zip file; name the one that `make package` writes, such as dist/" + functionName(architecture))
	}
	defer z.Close()
	binary, err := z.Open("bootstrap")
	if err != nil {
		return errors.New("it has no file bootstrap, so it is not the zip file of a function")
	}
	defer binary.Close()
	// debug/elf reads at any place, which a compressed file cannot do.
	unpacked, err := os.CreateTemp("", "untag-*")
	if err != nil {
		return err
	}
	defer os.Remove(unpacked.Name())
	defer unpacked.Close()
	if _, err := io.Copy(unpacked, io.LimitReader(binary, largestFunction)); err != nil {
		return fmt.Errorf("its file bootstrap cannot be read: %w", err)
	}
	program, err := elf.NewFile(unpacked)
	if err != nil {
		return errors.New("its file bootstrap is not a program for Linux")
	}
	want := map[string]elf.Machine{"arm64": elf.EM_AARCH64, "x86_64": elf.EM_X86_64}[architecture]
	if program.Machine != want {
		return fmt.Errorf("its function was built for another processor than %s; use --architecture, or the file for %[1]s", architecture)
	}
	return nil
}

// findFunction looks for the file of the function beside the program, and where `make package`
// writes it; "" if it is in none of these places.
func findFunction(architecture string) string {
	folders := []string{"dist"}
	if program, err := os.Executable(); err == nil {
		folders = append(folders, filepath.Dir(program), filepath.Join(filepath.Dir(program), "..", "dist"))
	}
	for _, folder := range folders {
		file := filepath.Join(folder, functionName(architecture))
		if checkFunction(file, architecture) == nil {
			return file
		}
	}
	return ""
}

func sum(text string) string {
	hash := sha256.Sum256([]byte(text))
	return hex.EncodeToString(hash[:])
}
