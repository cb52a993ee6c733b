package webhook

import "errors"

// refusal is why a request does not prove its origin. It quotes nothing of the request.
type refusal string

func (r refusal) Error() string { return string(r) }

// reasonOf separates a refusal from an error, such as that of a body that is too large.
func reasonOf(err error) (reason string, failed error) {
	if refused, ok := errors.AsType[refusal](err); ok {
		return string(refused), nil
	}
	return "", err
}
