// Command compose reads a Compose file as `docker compose config` does, with the official parser and schema, and prints
// what the tests ask of it: services, images, published ports, volumes. It needs no container engine.
//
//	compose [--env-file FILE] COMPOSE-FILE
//
// Variables come from the environment, then from --env-file. A fault goes to stderr, with exit code 1.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

type port struct {
	Host      string `json:"host"`
	Published string `json:"published"`
	Target    uint32 `json:"target"`
}

type mount struct {
	Type     string `json:"type"`
	Source   string `json:"source"`
	Target   string `json:"target"`
	ReadOnly bool   `json:"readOnly"`
}

type service struct {
	Image       string                `json:"image"`
	Command     []string              `json:"command"`
	Environment map[string]*string    `json:"environment"`
	User        string                `json:"user"`
	Ports       []port                `json:"ports"`
	Mounts      []mount               `json:"mounts"`
	HealthCheck []string              `json:"healthCheck"`
	DependsOn   types.DependsOnConfig `json:"dependsOn"`
	ReadOnly    bool                  `json:"readOnly"`
	SecurityOpt []string              `json:"securityOpt"`
	Restart     string                `json:"restart"`
}

type project struct {
	Name     string             `json:"name"`
	Services map[string]service `json:"services"`
	Volumes  []string           `json:"volumes"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "compose:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("compose", flag.ContinueOnError)
	envFile := flags.String("env-file", "", "file of NAME=value lines")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("usage: compose [--env-file FILE] COMPOSE-FILE")
	}
	loaded, err := load(flags.Arg(0), *envFile)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(summary(loaded))
}

// load resolves variables, checks the schema and the consistency of the file, and makes it canonical.
func load(file, envFile string) (*types.Project, error) {
	options := []cli.ProjectOptionsFn{cli.WithOsEnv}
	if envFile != "" {
		options = append(options, cli.WithEnvFiles(envFile), cli.WithDotEnv)
	}
	found, err := cli.NewProjectOptions([]string{file}, options...)
	if err != nil {
		return nil, err
	}
	return found.LoadProject(context.Background())
}

func summary(loaded *types.Project) project {
	out := project{Name: loaded.Name, Services: map[string]service{}, Volumes: loaded.VolumeNames()}
	for name, one := range loaded.Services {
		out.Services[name] = summaryOf(one)
	}
	return out
}

func summaryOf(one types.ServiceConfig) service {
	out := service{
		Image:       one.Image,
		Command:     one.Command,
		Environment: one.Environment,
		User:        one.User,
		DependsOn:   one.DependsOn,
		ReadOnly:    one.ReadOnly,
		SecurityOpt: one.SecurityOpt,
		Restart:     one.Restart,
	}
	if one.HealthCheck != nil && !one.HealthCheck.Disable {
		out.HealthCheck = one.HealthCheck.Test
	}
	for _, each := range one.Ports {
		out.Ports = append(out.Ports, port{Host: each.HostIP, Published: each.Published, Target: each.Target})
	}
	for _, each := range one.Volumes {
		out.Mounts = append(out.Mounts, mount{Type: each.Type, Source: each.Source, Target: each.Target, ReadOnly: each.ReadOnly})
	}
	return out
}
