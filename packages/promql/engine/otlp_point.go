package main

// flagNoRecordedValue is DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK.
const flagNoRecordedValue = 1

func decodePoint(r *jsonReader) (dataPoint, error) {
	var out dataPoint
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "attributes":
			out.attributes, err = decodeAttributes(r)
		case "startTimeUnixNano":
			out.start, _, err = out.milliseconds(r, "startTimeUnixNano")
		case "timeUnixNano":
			out.time, out.hasTime, err = out.milliseconds(r, "timeUnixNano")
		case "flags":
			var flags uint64
			flags, _, err = out.unsigned(r, "flags")
			out.noValue = flags&flagNoRecordedValue != 0
		case "asDouble":
			out.value, err = out.double(r, "asDouble")
			out.hasValue = true
		case "asInt":
			out.value, out.hasValue, err = out.signed(r, "asInt")
		case "count":
			out.count, _, err = out.unsigned(r, "count")
		case "sum":
			out.sum, err = out.double(r, "sum")
			out.hasSum = true
		case "bucketCounts":
			out.bucketCounts, err = out.counts(r)
		case "explicitBounds":
			err = r.array(func() error {
				bound, err := out.double(r, "explicitBounds")
				out.bounds = append(out.bounds, bound)
				return err
			})
		default:
			err = out.exponentialField(r, string(key))
		}
		return err
	})
	return out, err
}

func (p *dataPoint) exponentialField(r *jsonReader, key string) (err error) {
	switch key {
	case "scale":
		p.exponentialPart().scale, err = p.int32(r, key)
	case "zeroCount":
		p.exponentialPart().zeroCount, _, err = p.unsigned(r, key)
	case "positive":
		err = p.buckets(r, &p.exponentialPart().positive)
	case "negative":
		err = p.buckets(r, &p.exponentialPart().negative)
	default:
		err = r.skip()
	}
	return err
}

func (p *dataPoint) buckets(r *jsonReader, into *exponentialBuckets) error {
	return r.object(func(key []byte) (err error) {
		switch string(key) {
		case "offset":
			into.offset, err = p.int32(r, "offset")
		case "bucketCounts":
			into.counts, err = p.counts(r)
		default:
			err = r.skip()
		}
		return err
	})
}

func (p *dataPoint) counts(r *jsonReader) (out []uint64, err error) {
	err = r.array(func() error {
		n, _, err := p.unsigned(r, "bucketCounts")
		out = append(out, n)
		return err
	})
	return out, err
}
