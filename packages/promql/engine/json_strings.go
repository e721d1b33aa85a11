package main

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// rawString reads a string; without escapes the result is a piece of the input.
func (r *jsonReader) rawString() ([]byte, error) {
	r.at++
	from := r.at
	for r.at < len(r.data) {
		switch c := r.data[r.at]; {
		case c == '"':
			found := r.data[from:r.at]
			r.at++
			return found, nil
		case c == '\\':
			return r.escapedString(from)
		case c < ' ':
			return nil, r.fail("no control character")
		default:
			r.at++
		}
	}
	return nil, errTruncated
}

func (r *jsonReader) escapedString(from int) ([]byte, error) {
	out := append([]byte(nil), r.data[from:r.at]...)
	for r.at < len(r.data) {
		switch c := r.data[r.at]; {
		case c == '"':
			r.at++
			return out, nil
		case c < ' ':
			return nil, r.fail("no control character")
		case c != '\\':
			out = append(out, c)
			r.at++
		default:
			r.at++
			var err error
			if out, err = r.escape(out); err != nil {
				return nil, err
			}
		}
	}
	return nil, errTruncated
}

func (r *jsonReader) escape(out []byte) ([]byte, error) {
	if r.at >= len(r.data) {
		return nil, errTruncated
	}
	c := r.data[r.at]
	if c == 'u' {
		return r.unicodeEscape(out)
	}
	const letters, meanings = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	i := bytes.IndexByte([]byte(letters), c)
	if i < 0 {
		return nil, r.fail("an escape")
	}
	r.at++
	return append(out, meanings[i]), nil
}

func (r *jsonReader) unicodeEscape(out []byte) ([]byte, error) {
	first, err := r.hex4()
	if err != nil {
		return nil, err
	}
	if !utf16.IsSurrogate(first) {
		return utf8.AppendRune(out, first), nil
	}
	if bytes.HasPrefix(r.data[r.at:], []byte(`\u`)) {
		back := r.at
		r.at++
		second, err := r.hex4()
		if err != nil {
			return nil, err
		}
		if pair := utf16.DecodeRune(first, second); pair != utf8.RuneError {
			return utf8.AppendRune(out, pair), nil
		}
		r.at = back
	}
	return utf8.AppendRune(out, utf8.RuneError), nil
}

func (r *jsonReader) hex4() (rune, error) {
	r.at++
	if r.at+4 > len(r.data) {
		return 0, errTruncated
	}
	value, err := strconv.ParseUint(string(r.data[r.at:r.at+4]), 16, 16)
	if err != nil {
		return 0, r.fail("four hexadecimal digits")
	}
	r.at += 4
	return rune(value), nil
}
