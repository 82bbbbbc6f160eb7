//go:build tools

// Package linters pins the linters that are written in Go.
package linters

import _ "github.com/rhysd/actionlint/cmd/actionlint"
