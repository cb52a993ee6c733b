package webhook

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strings"
)

const contentEncodingHeader = "content-encoding"

// gzipMagic is what gzip data begins with.
const gzipMagic = "\x1f\x8b"

// maxEncodings is how many times a body may be compressed.
const maxEncodings = 3

// decompressed undoes the encodings that a Content-Encoding header lists, the last one
// first. It never decompresses a body to more than MaxBody bytes, no matter what size the
// body claims: for a longer one it returns errInflated. Its other errors say what is wrong
// with the body.
//
// A body is decompressed after its sender was verified, because signatures cover the body
// as sent.
func decompressed(header string, body []byte) ([]byte, error) {
	if header == "" {
		return body, nil
	}
	encodings, err := encodingsOf(header)
	if err != nil {
		return nil, err
	}
	for i := len(encodings) - 1; i >= 0 && len(body) > 0; i-- {
		if body, err = inflate(encodings[i], body); err != nil {
			return nil, err
		}
	}
	return body, nil
}

// encodingsOf returns the encodings of a Content-Encoding header that must be undone.
func encodingsOf(header string) (encodings []string, err error) {
	for name := range strings.SplitSeq(strings.ToLower(header), ",") {
		switch name = strings.TrimSpace(name); name {
		case "", "identity", "none", "utf-8", "utf8":
			// Some senders put the charset here.
		case "gzip", "x-gzip":
			encodings = append(encodings, "gzip")
		case "deflate":
			encodings = append(encodings, name)
		default:
			return nil, errors.New("its Content-Encoding is not supported: send gzip, deflate, or a body that is not compressed")
		}
	}
	if len(encodings) > maxEncodings {
		return nil, fmt.Errorf("its Content-Encoding lists more than %d encodings", maxEncodings)
	}
	return encodings, nil
}

func inflate(encoding string, body []byte) ([]byte, error) {
	source := bytes.NewReader(body)
	var plain bytes.Buffer
	var err error
	if encoding == "gzip" {
		err = gunzip(&plain, source)
	} else {
		err = copyPlain(&plain, deflated(source, body))
	}
	switch {
	case plain.Len() > MaxBody:
		return nil, errInflated
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("its %s data was cut off", encoding)
	case err != nil && source.Len() == len(body):
		return nil, fmt.Errorf("its Content-Encoding says %s, but it is not: compress it, or leave the header out", encoding)
	case err != nil:
		return nil, fmt.Errorf("its %s data is damaged, or is not %s", encoding, encoding)
	case source.Len() > 0:
		return nil, fmt.Errorf("something follows its %s data", encoding)
	}
	return plain.Bytes(), nil
}

// copyPlain copies at most one byte more than MaxBody in total.
func copyPlain(plain *bytes.Buffer, from io.Reader) error {
	_, err := io.Copy(plain, io.LimitReader(from, int64(MaxBody+1-plain.Len())))
	return err
}

// gunzip reads the members of gzip data; some senders write several. It stops before data
// that is not a member.
func gunzip(plain *bytes.Buffer, source *bytes.Reader) error {
	var reader gzip.Reader
	for plain.Len() <= MaxBody && startsGzip(source) {
		if err := reader.Reset(source); err != nil {
			return err
		}
		reader.Multistream(false)
		if err := copyPlain(plain, &reader); err != nil {
			return err
		}
	}
	if int(source.Size()) == source.Len() {
		return gzip.ErrHeader
	}
	return nil
}

// startsGzip reports whether the next two bytes, or the last one, begin a gzip member.
func startsGzip(source *bytes.Reader) bool {
	var start [2]byte
	n, _ := source.ReadAt(start[:], source.Size()-int64(source.Len()))
	return n > 0 && bytes.HasPrefix([]byte(gzipMagic), start[:n])
}

// deflated reads what senders call deflate: by the standard zlib's format, but from some
// senders without its header.
func deflated(source *bytes.Reader, body []byte) io.Reader {
	if reader, err := zlib.NewReader(source); err == nil {
		return reader
	}
	source.Reset(body)
	return flate.NewReader(source)
}
