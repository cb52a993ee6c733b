package webhook

import "context"

// checkJWT checks a JSON Web Token.
func checkJWT(context.Context, *proof) error { return refusal("not supported yet") }

// checkCode checks a request in a way that no row describes.
func checkCode(context.Context, *proof) error { return refusal("not supported yet") }
