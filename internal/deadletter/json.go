package deadletter

import (
	"encoding/json"
	"io"

	"untag/internal/queue"
)

// PrintJSON prints each message as a line of JSON.
func PrintJSON(w io.Writer, list []queue.Dead) error {
	encoder := json.NewEncoder(w)
	for _, one := range list {
		if err := encoder.Encode(newLetter(one)); err != nil {
			return err
		}
	}
	return nil
}
