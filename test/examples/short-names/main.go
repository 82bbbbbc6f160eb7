// Completes names of images as the Podman of Debian 13 does (containers/image 5.34), by the
// configuration in the folder that is the first argument.
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/containers/image/v5/pkg/shortnames"
	"github.com/containers/image/v5/types"
)

func main() {
	context := &types.SystemContext{
		SystemRegistriesConfPath:    "/dev/null",
		SystemRegistriesConfDirPath: os.Args[1],
	}
	for _, name := range os.Args[2:] {
		resolved, err := shortnames.Resolve(context, name)
		if err != nil {
			log.Fatal(err)
		}
		for _, candidate := range resolved.PullCandidates {
			fmt.Println(candidate.Value)
		}
	}
}
