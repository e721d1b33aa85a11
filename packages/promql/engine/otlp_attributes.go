package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

func decodeAttributes(r *jsonReader) ([]attribute, error) {
	var out []attribute
	err := r.array(func() error {
		var one attribute
		err := r.object(func(key []byte) (err error) {
			switch string(key) {
			case "key":
				one.key, err = r.text()
			case "value":
				var value any
				value, err = decodeAnyValue(r)
				one.value = attributeText(value)
			default:
				err = r.skip()
			}
			return err
		})
		out = append(out, one)
		return err
	})
	return out, err
}

// decodeAnyValue reads an AnyValue into nil, string, bool, int64, float64, []byte, []any or map[string]any.
func decodeAnyValue(r *jsonReader) (any, error) {
	var value any
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "stringValue":
			value, err = r.text()
		case "boolValue":
			value, err = r.boolean()
		case "intValue":
			value, err = decodeInteger(r)
		case "doubleValue":
			value, err = decodeDouble(r)
		case "bytesValue":
			value, err = decodeBytes(r)
		case "arrayValue":
			value, err = decodeArrayValue(r)
		case "kvlistValue":
			value, err = decodeKeyValueList(r)
		default:
			err = r.skip()
		}
		return err
	})
	return value, err
}

func decodeInteger(r *jsonReader) (any, error) {
	digits, isNull, err := r.number()
	if err != nil || isNull {
		return nil, err
	}
	value, failure := strconv.ParseInt(string(digits), 10, 64)
	if failure != nil {
		return nil, fmt.Errorf("intValue is %q, not a 64-bit integer", digits)
	}
	return value, nil
}

func decodeDouble(r *jsonReader) (any, error) {
	var holder dataPoint
	value, err := holder.double(r, "doubleValue")
	if err == nil && holder.broken != "" {
		err = errors.New(holder.broken)
	}
	return value, err
}

func decodeBytes(r *jsonReader) (any, error) {
	text, err := r.text()
	if err != nil {
		return nil, err
	}
	raw, failure := base64.StdEncoding.DecodeString(text)
	if failure != nil {
		return nil, fmt.Errorf("bytesValue is not base64: %w", failure)
	}
	if len(raw) == 0 {
		return []byte(nil), nil // in a list the receiver writes no bytes as null
	}
	return raw, nil
}

func decodeArrayValue(r *jsonReader) (any, error) {
	values := []any{}
	err := r.object(func(key []byte) error {
		if string(key) != "values" {
			return r.skip()
		}
		return r.array(func() error {
			value, err := decodeAnyValue(r)
			values = append(values, value)
			return err
		})
	})
	return values, err
}

func decodeKeyValueList(r *jsonReader) (any, error) {
	values := map[string]any{}
	err := r.object(func(key []byte) error {
		if string(key) != "values" {
			return r.skip()
		}
		return r.array(func() error {
			var name string
			var value any
			err := r.object(func(key []byte) (err error) {
				switch string(key) {
				case "key":
					name, err = r.text()
				case "value":
					value, err = decodeAnyValue(r)
				default:
					err = r.skip()
				}
				return err
			})
			values[name] = value
			return err
		})
	})
	return values, err
}

// attributeText writes a value as the Collector's pdata does, because that is what the receiver puts into labels.
func attributeText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return doubleText(v)
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil { // a NaN or an infinity inside; JSON has no word for them
		return ""
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// doubleText is ECMAScript's form of a number: exponents only below 1e-6 and from 1e21 on.
func doubleText(value float64) string {
	switch {
	case math.IsNaN(value):
		return "NaN"
	case math.IsInf(value, 1):
		return "Infinity"
	case math.IsInf(value, -1):
		return "-Infinity"
	}
	if size := math.Abs(value); size == 0 || (size >= 1e-6 && size < 1e21) {
		return strconv.FormatFloat(value, 'f', -1, 64)
	}
	text := strconv.AppendFloat(nil, value, 'e', -1, 64)
	return string(bytes.Replace(text, []byte("e-0"), []byte("e-"), 1))
}
