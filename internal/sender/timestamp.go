package sender

import (
	"strings"
	"time"
)

// Duration returns a duration as people write it, such as 5m or 96h.
func Duration(d time.Duration) string {
	text := d.String()
	for _, zero := range [...]string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-len("0s")]
		}
	}
	return text
}
