//go:build tools

// Package gateway only keeps the gateway's command in go.mod when `go mod tidy` runs.
package gateway

import _ "github.com/versity/versitygw/cmd/versitygw"
