//go:build tools

// Package pebble pins the ACME test server.
package pebble

import _ "github.com/letsencrypt/pebble/v2/cmd/pebble"
