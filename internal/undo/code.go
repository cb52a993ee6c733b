package undo

import (
	"errors"
	"fmt"

	"untag/internal/zoho"
)

// codeOf returns the code of an error of Zoho's, or the HTTP status if it has no code.
func codeOf(err error) string {
	e, ok := errors.AsType[*zoho.Error](err)
	switch {
	case !ok:
		return "NO_ANSWER"
	case e.Code != "":
		return e.Code
	case e.Status != 0:
		return fmt.Sprintf("HTTP_%d", e.Status)
	}
	return "NO_ANSWER"
}
