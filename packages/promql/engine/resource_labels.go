package main

import (
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
)

// Names of the OpenTelemetry semantic conventions that Prometheus's receiver gives a meaning.
const (
	serviceNamespace  = "service.namespace"
	serviceName       = "service.name"
	serviceInstanceID = "service.instance.id"
)

// promotedAttributes become labels of every series. A server that shall give the same answers lists them in
// `otlp.promote_resource_attributes`.
var promotedAttributes = []string{"resilience.run.id", serviceName, "service.version", "deployment.environment.name"}

const targetInfo = "target_info"

// resource is what the receiver keeps of a resource: labels for its series, and its target_info series.
type resource struct {
	job, instance string
	promoted      []labels.Label
	targetInfo    labels.Labels // empty when the receiver would write none
	collisions    []string
	streams       map[string]*stream
}

func newResource(attributes []attribute, names labelNames) (*resource, error) {
	out := &resource{streams: map[string]*stream{}}
	name, hasName := find(attributes, serviceName)
	if namespace, has := find(attributes, serviceNamespace); has && hasName {
		name = namespace + "/" + name
	}
	out.job = name
	out.instance, _ = find(attributes, serviceInstanceID)
	for _, one := range attributes {
		if !slices.Contains(promotedAttributes, one.key) || one.value == "" {
			continue
		}
		label, err := names.of(one.key)
		if err != nil {
			return nil, err
		}
		out.promoted = append(out.promoted, labels.Label{Name: label, Value: one.value})
	}
	return out, out.addTargetInfo(attributes, names)
}

// addTargetInfo follows the receiver: only with a job or an instance, and only if there is more to tell than these.
func (res *resource) addTargetInfo(attributes []attribute, names labelNames) error {
	identifying := []string{serviceNamespace, serviceName, serviceInstanceID}
	others := slices.DeleteFunc(slices.Clone(attributes), func(one attribute) bool {
		return slices.Contains(identifying, one.key)
	})
	if len(others) == 0 || (res.job == "" && res.instance == "") {
		return nil
	}
	builder := labels.NewBuilder(labels.EmptyLabels())
	collisions, err := setAttributes(builder, others, names)
	if err != nil {
		return err
	}
	res.collisions = collisions
	res.setIdentity(builder)
	builder.Set(labels.MetricName, targetInfo)
	res.targetInfo = builder.Labels()
	return nil
}

func (res *resource) setIdentity(builder *labels.Builder) {
	if res.job != "" {
		builder.Set(model.JobLabel, res.job)
	}
	if res.instance != "" {
		builder.Set(model.InstanceLabel, res.instance)
	}
}

// pointLabels builds the labels that all series of a data point share, in the receiver's order of precedence:
// job and instance, then the point's own attributes, then promoted resource attributes.
func (res *resource) pointLabels(attributes []attribute, names labelNames) (*labels.Builder, []string, error) {
	builder := labels.NewBuilder(labels.EmptyLabels())
	collisions, err := setAttributes(builder, attributes, names)
	if err != nil {
		return nil, nil, err
	}
	for _, one := range res.promoted {
		if builder.Get(one.Name) == "" {
			builder.Set(one.Name, one.Value)
		}
	}
	res.setIdentity(builder)
	return builder, collisions, nil
}

// setAttributes translates attributes to labels; several that end up with one name are joined with ";" in the
// order of their keys. It returns the names that were joined.
func setAttributes(builder *labels.Builder, attributes []attribute, names labelNames) ([]string, error) {
	sorted := slices.Clone(attributes)
	slices.SortStableFunc(sorted, func(a, b attribute) int { return strings.Compare(a.key, b.key) })
	var collisions []string
	for _, one := range sorted {
		if one.key == labels.MetricName {
			continue
		}
		label, err := names.of(one.key)
		if err != nil {
			return nil, err
		}
		if known := builder.Get(label); known != "" {
			collisions = append(collisions, label)
			builder.Set(label, known+";"+one.value)
		} else {
			builder.Set(label, one.value)
		}
	}
	return slices.Compact(collisions), nil
}

func find(attributes []attribute, key string) (string, bool) {
	for _, one := range attributes {
		if one.key == key {
			return one.value, true
		}
	}
	return "", false
}
