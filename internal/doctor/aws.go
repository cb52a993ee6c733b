package doctor

import (
	"errors"
	"strings"

	"github.com/aws/smithy-go"
)

// Problem says why a call to AWS failed, and what to do: grant the permission if it is missing,
// or what the caller proposes if the answer has no better explanation.
func Problem(err error, permission, otherwise string) (found, do string) {
	api, _ := errors.AsType[smithy.APIError](err)
	if api == nil {
		return unanswered(err)
	}
	found = api.ErrorCode() + ": " + api.ErrorMessage()
	switch code := api.ErrorCode(); code {
	case "AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException", "UnauthorizedOperation":
		if permission != "" {
			return found, "grant " + permission
		}
	case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired":
		return "the AWS credentials have expired (" + code + ")", "log in again with the AWS CLI"
	case "UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId", "AuthFailure", "IncompleteSignature":
		return "AWS does not know the credentials (" + code + ")", "log in with the AWS CLI, or set AWS_PROFILE; aws sts get-caller-identity says whose credentials are used"
	case "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture":
		return "AWS refuses the time of the request (" + code + ")", clockAdvice
	case "SignatureDoesNotMatch", "InvalidSignatureException":
		if text := api.ErrorMessage(); strings.Contains(text, "expired") || strings.Contains(text, "not yet current") {
			return "AWS refuses the time of the request (" + code + ")", clockAdvice
		}
		return "the AWS secret access key is wrong (" + code + ")", "log in with the AWS CLI, or set AWS_PROFILE"
	}
	return found, otherwise
}

// unanswered says why a call got no answer of AWS's.
func unanswered(err error) (found, do string) {
	text := err.Error()
	if strings.Contains(text, "get credentials") || strings.Contains(text, "credentials: ") {
		return "there are no AWS credentials that can be used: " + cause(text), "log in with the AWS CLI, or set AWS_PROFILE"
	}
	return "AWS cannot be reached: " + cause(text), "check the network, the proxy if there is one, and the region"
}

// cause returns what the SDK says last, without the steps that led there.
func cause(text string) string {
	text = text[strings.LastIndex(text, "\n")+1:]
	for _, step := range []string{"request send failed, ", "failed to refresh cached credentials, ", "deserialization failed, "} {
		if _, after, found := strings.Cut(text, step); found {
			text = after
		}
	}
	return text
}

// LogIn is what to do if AWS is not configured.
const LogIn = "set AWS_REGION and log in with the AWS CLI, or set AWS_PROFILE"
