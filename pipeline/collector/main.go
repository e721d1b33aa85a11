// Command otelcol is the OpenTelemetry Collector with the components that collector-config.yaml and docs/scaling.md
// name, and no other. The tests run it where no container can: same sources, same version, same configuration file as the official image.
package main

import (
	"os"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/envprovider"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/confmap/provider/yamlprovider"
	"go.opentelemetry.io/collector/otelcol"
)

// version is set by the linker to that of the components in go.mod, so that it stands in one place.
var version = "unknown"

func main() {
	command := otelcol.NewCommand(otelcol.CollectorSettings{
		BuildInfo: component.BuildInfo{
			Command:     "otelcol",
			Description: "OpenTelemetry Collector of Plimsoll's native pipeline",
			Version:     version,
		},
		Factories: factories,
		ConfigProviderSettings: otelcol.ConfigProviderSettings{
			ResolverSettings: confmap.ResolverSettings{
				ProviderFactories: []confmap.ProviderFactory{
					envprovider.NewFactory(),
					fileprovider.NewFactory(),
					yamlprovider.NewFactory(),
				},
				DefaultScheme: "env", // as in the official distributions: ${NAME} is ${env:NAME}
			},
		},
	})
	// The command has printed the error when it returns it.
	if command.Execute() != nil {
		os.Exit(1)
	}
}
