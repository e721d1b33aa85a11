//go:build js && wasm

// Command engine is Prometheus's PromQL engine and a reader of OTLP JSON lines, as WebAssembly.
// It puts its functions into the object that the host left under the global name in its first argument, and waits.
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"syscall/js"
	"time"

	"github.com/prometheus/prometheus/promql"
)

// instance is one engine with its data.
type instance struct {
	lookback time.Duration
	extended *extendedSelectors
	engine   *promql.Engine
	store    *store
	loader   *loader
}

func (i *instance) clear() {
	i.store = newStore(i.extended)
	i.loader = newLoader(i.store, i.lookback)
}

// longestStepMs is what a time.Duration holds; a longer step has no second point either.
const longestStepMs = float64(math.MaxInt64 / time.Millisecond)

func main() {
	bridge := js.Global().Get(os.Args[1])
	lookback := time.Duration(bridge.Get("lookbackMs").Float()) * time.Millisecond
	extended := newExtendedSelectors()
	here := &instance{lookback: lookback, extended: extended, engine: newEngine(lookback, extended)}
	here.clear()
	for name, function := range here.functions() {
		bridge.Set(name, exported(function))
	}
	select {}
}

type function func(args []js.Value) (any, string, error)

// exported answers with JSON: {"ok": …} or {"failure": …}. Nothing that happens inside may reach the host as a panic.
func exported(call function) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) (answer any) {
		defer func() {
			if panicked := recover(); panicked != nil {
				answer = encode("failure", failure{Kind: "engine", Message: fmt.Sprint(panicked)})
			}
		}()
		value, query, err := call(args)
		if err != nil {
			return encode("failure", failureOf(err, query))
		}
		return encode("ok", value)
	})
}

func encode(key string, value any) string {
	text, err := json.Marshal(map[string]any{key: value})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func (i *instance) functions() map[string]function {
	return map[string]function{
		"loadStart": func(args []js.Value) (any, string, error) {
			i.loader.start(args[0].String())
			return nil, "", nil
		},
		"loadChunk": func(args []js.Value) (any, string, error) {
			data := make([]byte, args[0].Get("length").Int())
			js.CopyBytesToGo(data, args[0])
			i.loader.chunk(data)
			return nil, "", nil
		},
		"loadFinish": func([]js.Value) (any, string, error) {
			return i.loader.finish(), "", nil
		},
		"instant": func(args []js.Value) (any, string, error) {
			query := args[0].String()
			value, err := instant(i.engine, i.store, query, time.UnixMilli(int64(args[1].Float())))
			return value, query, err
		},
		"range": func(args []js.Value) (any, string, error) {
			query := args[0].String()
			start, end := time.UnixMilli(int64(args[1].Float())), time.UnixMilli(int64(args[2].Float()))
			step := time.Duration(min(args[3].Float(), longestStepMs)) * time.Millisecond
			value, err := rangeQuery(i.engine, i.store, query, start, end, step)
			return value, query, err
		},
		"parse": func(args []js.Value) (any, string, error) {
			query := args[0].String()
			value, err := parse(query)
			return value, query, err
		},
		"clear": func([]js.Value) (any, string, error) {
			i.clear()
			return nil, "", nil
		},
		"metricName": func(args []js.Value) (any, string, error) {
			value, err := metricName(args[0].String(), args[1].String(), args[2].String())
			return value, "", err
		},
		"labelName": func(args []js.Value) (any, string, error) {
			value, err := i.loader.names.of(args[0].String())
			return value, "", err
		},
	}
}
