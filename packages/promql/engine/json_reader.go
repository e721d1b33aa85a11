package main

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"
)

// jsonReader pulls values out of one JSON text. It exists because reflection-based decoding of a run's telemetry
// takes seconds in WebAssembly, and because OTLP wants 64-bit numbers read without a detour through float64.
type jsonReader struct {
	data  []byte
	at    int
	depth int
}

const maxJSONDepth = 200

var errTruncated = errors.New("the text ends in the middle of a value")

func (r *jsonReader) fail(want string) error {
	if r.at >= len(r.data) {
		return errTruncated
	}
	found, _ := utf8.DecodeRune(r.data[r.at:])
	return fmt.Errorf("%q at byte %d where %s was expected", found, r.at+1, want)
}

// peek skips white space and tells the next byte, 0 at the end.
func (r *jsonReader) peek() byte {
	for r.at < len(r.data) {
		switch c := r.data[r.at]; c {
		case ' ', '\t', '\r', '\n':
			r.at++
		default:
			return c
		}
	}
	return 0
}

func (r *jsonReader) end() error {
	if r.peek() != 0 || r.at < len(r.data) {
		return r.fail("the end of the line")
	}
	return nil
}

func (r *jsonReader) enter(open byte, want string) error {
	if r.peek() != open {
		return r.fail(want)
	}
	if r.depth++; r.depth > maxJSONDepth {
		return fmt.Errorf("values are nested more than %d deep", maxJSONDepth)
	}
	r.at++
	return nil
}

func (r *jsonReader) leave() {
	r.at++
	r.depth--
}

// object calls field for every key with the reader in front of its value; null counts as an empty object.
func (r *jsonReader) object(field func(key []byte) error) error {
	if r.peek() == 'n' {
		return r.literal("null")
	}
	if err := r.enter('{', "an object"); err != nil {
		return err
	}
	if r.peek() == '}' {
		r.leave()
		return nil
	}
	for {
		if r.peek() != '"' {
			return r.fail("a key")
		}
		key, err := r.rawString()
		if err != nil {
			return err
		}
		if r.peek() != ':' {
			return r.fail("a colon")
		}
		r.at++
		if err := field(key); err != nil {
			return err
		}
		switch r.peek() {
		case ',':
			r.at++
		case '}':
			r.leave()
			return nil
		default:
			return r.fail("a comma or a closing brace")
		}
	}
}

// array calls element with the reader in front of each value; null counts as an empty array.
func (r *jsonReader) array(element func() error) error {
	if r.peek() == 'n' {
		return r.literal("null")
	}
	if err := r.enter('[', "an array"); err != nil {
		return err
	}
	if r.peek() == ']' {
		r.leave()
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		switch r.peek() {
		case ',':
			r.at++
		case ']':
			r.leave()
			return nil
		default:
			return r.fail("a comma or a closing bracket")
		}
	}
}

func (r *jsonReader) literal(word string) error {
	rest := r.data[r.at:]
	if len(rest) < len(word) && bytes.HasPrefix([]byte(word), rest) {
		r.at = len(r.data)
		return errTruncated
	}
	if !bytes.HasPrefix(rest, []byte(word)) {
		return r.fail(word)
	}
	r.at += len(word)
	return nil
}

// text reads a string; null counts as "".
func (r *jsonReader) text() (string, error) {
	switch r.peek() {
	case '"':
		raw, err := r.rawString()
		if !utf8.Valid(raw) {
			raw = bytes.ToValidUTF8(raw, []byte("\uFFFD"))
		}
		return string(raw), err
	case 'n':
		return "", r.literal("null")
	}
	return "", r.fail("a string")
}

func (r *jsonReader) boolean() (bool, error) {
	switch r.peek() {
	case 't':
		return true, r.literal("true")
	case 'f':
		return false, r.literal("false")
	case 'n':
		return false, r.literal("null")
	}
	return false, r.fail("true or false")
}

// number reads the text of a number, bare or in quotes: OTLP/JSON writes 64-bit integers as strings, many writers do not.
func (r *jsonReader) number() (digits []byte, isNull bool, err error) {
	switch c := r.peek(); {
	case c == '"':
		digits, err = r.rawString()
		return digits, false, err
	case c == 'n':
		return nil, true, r.literal("null")
	case c == '-' || (c >= '0' && c <= '9'):
		digits, err = r.bareNumber()
		return digits, false, err
	}
	return nil, false, r.fail("a number")
}

func (r *jsonReader) digits() int {
	from := r.at
	for r.at < len(r.data) && r.data[r.at] >= '0' && r.data[r.at] <= '9' {
		r.at++
	}
	return r.at - from
}

// next tells whether one of two bytes comes next.
func (r *jsonReader) next(one, other byte) bool {
	return r.at < len(r.data) && (r.data[r.at] == one || r.data[r.at] == other)
}

func (r *jsonReader) bareNumber() ([]byte, error) {
	from := r.at
	if r.next('-', '-') {
		r.at++
	}
	leadingZero := r.next('0', '0')
	if n := r.digits(); n == 0 || (leadingZero && n > 1) {
		return nil, r.fail("a number without leading zeros")
	}
	if r.next('.', '.') {
		r.at++
		if r.digits() == 0 {
			return nil, r.fail("a digit")
		}
	}
	if r.next('e', 'E') {
		r.at++
		if r.next('+', '-') {
			r.at++
		}
		if r.digits() == 0 {
			return nil, r.fail("a digit")
		}
	}
	return r.data[from:r.at], nil
}

// skip passes over a value of any kind, checking it as it goes.
func (r *jsonReader) skip() error {
	switch c := r.peek(); c {
	case '{':
		return r.object(func([]byte) error { return r.skip() })
	case '[':
		return r.array(r.skip)
	case '"':
		_, err := r.rawString()
		return err
	case 't', 'f':
		_, err := r.boolean()
		return err
	case 'n':
		return r.literal("null")
	default:
		if c == '-' || (c >= '0' && c <= '9') {
			_, err := r.bareNumber()
			return err
		}
		return r.fail("a value")
	}
}
