//go:build tools

// Package engine only keeps the engine's command in go.mod when `go mod tidy` runs.
package engine

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
