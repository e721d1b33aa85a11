package main

import (
	"fmt"
	"math"
	"strconv"
)

// spoil notes the first field that cannot be read; the point is then left out, the rest of its line is not.
func (p *dataPoint) spoil(field string, digits []byte, want string) {
	if p.broken == "" {
		p.broken = fmt.Sprintf("%s is %q, not %s", field, digits, want)
	}
}

func (p *dataPoint) int32(r *jsonReader, field string) (int32, error) {
	digits, isNull, err := r.number()
	if err != nil || isNull {
		return 0, err
	}
	value, failure := strconv.ParseFloat(string(digits), 64) // which holds every 32-bit integer exactly
	if failure != nil || value != math.Trunc(value) || value < math.MinInt32 || value > math.MaxInt32 {
		p.spoil(field, digits, "a 32-bit integer")
		return 0, nil
	}
	return int32(value), nil
}

func (p *dataPoint) milliseconds(r *jsonReader, field string) (ms int64, present bool, err error) {
	nanos, present, err := p.unsigned(r, field)
	return int64(nanos / 1_000_000), present, err
}

func (p *dataPoint) unsigned(r *jsonReader, field string) (uint64, bool, error) {
	digits, isNull, err := r.number()
	if err != nil || isNull {
		return 0, false, err
	}
	value, failure := strconv.ParseUint(string(digits), 10, 64)
	if failure == nil {
		return value, true, nil
	}
	// Writers that keep 64-bit numbers in doubles print large ones as 1.7e+18.
	float, failure := strconv.ParseFloat(string(digits), 64)
	if failure != nil || float < 0 || float >= math.MaxUint64 || float != math.Trunc(float) {
		p.spoil(field, digits, "an unsigned 64-bit integer")
		return 0, false, nil
	}
	return uint64(float), true, nil
}

func (p *dataPoint) signed(r *jsonReader, field string) (float64, bool, error) {
	digits, isNull, err := r.number()
	if err != nil || isNull {
		return 0, false, err
	}
	if value, failure := strconv.ParseInt(string(digits), 10, 64); failure == nil {
		return float64(value), true, nil
	}
	value, failure := strconv.ParseFloat(string(digits), 64)
	if failure != nil || value != math.Trunc(value) || math.Abs(value) >= 1<<63 {
		p.spoil(field, digits, "a 64-bit integer")
		return 0, false, nil
	}
	return value, true, nil
}

// double reads null as NaN: JSON.stringify writes null for NaN and both infinities, and which it was is lost.
func (p *dataPoint) double(r *jsonReader, field string) (float64, error) {
	digits, isNull, err := r.number()
	if err != nil {
		return 0, err
	}
	if isNull {
		return math.NaN(), nil
	}
	switch string(digits) {
	case "NaN":
		return math.NaN(), nil
	case "Infinity":
		return math.Inf(1), nil
	case "-Infinity":
		return math.Inf(-1), nil
	}
	value, failure := strconv.ParseFloat(string(digits), 64)
	if failure != nil {
		p.spoil(field, digits, "a number")
	}
	return value, nil
}
