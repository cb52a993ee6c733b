package sharedsecret

import "encoding/json"

// The keys of an object that is stored for a source.
const (
	SecretKey      = "secret"
	VerifyTokenKey = "verify_token"
)

// NotValues is what is wrong with a stored value that Values does not read.
const NotValues = `neither a string nor a list of strings nor an object {"secret": …, "verify_token": …} of these`

// Values returns what is stored for a source under a name: a string, a list of strings, or an
// object with one of these for each name. A value that is not an object is the secret.
func Values(stored []byte, name string) (list []string, ok bool) {
	var object map[string]json.RawMessage
	if json.Unmarshal(stored, &object) != nil || object == nil {
		list, ok = texts(stored)
		if name != SecretKey {
			list = nil
		}
		return list, ok
	}
	for key, value := range object {
		if key != SecretKey && key != VerifyTokenKey {
			return nil, false
		}
		if _, ok := texts(value); !ok {
			return nil, false
		}
	}
	if value, has := object[name]; has {
		list, _ = texts(value)
	}
	return list, true
}

// texts decodes a string or a list of strings.
func texts(value []byte) (list []string, ok bool) {
	if json.Unmarshal(value, &list) == nil && list != nil {
		return list, true
	}
	var one *string
	if json.Unmarshal(value, &one) != nil || one == nil {
		return nil, false
	}
	return []string{*one}, true
}
