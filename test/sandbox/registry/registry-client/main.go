// Pulls an image as the Podman of Debian 13 does (containers/image 5.34): its manifest, and all that
// this names. Arguments: a registries.conf.d, a file of logins (containers-auth.json(5)), the image.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/containers/image/v5/docker"
	"github.com/containers/image/v5/manifest"
	"github.com/containers/image/v5/pkg/blobinfocache/none"
	"github.com/containers/image/v5/types"
)

func main() {
	log.SetFlags(0)
	ctx := context.Background()
	system := &types.SystemContext{
		SystemRegistriesConfPath:    "/dev/null",
		SystemRegistriesConfDirPath: os.Args[1],
		AuthFilePath:                os.Args[2],
	}
	reference, err := docker.ParseReference("//" + os.Args[3])
	check(err)
	source, err := reference.NewImageSource(ctx, system)
	check(err)
	bytes, kind, err := source.GetManifest(ctx, nil)
	check(err)
	found, err := manifest.FromBlob(bytes, kind)
	check(err)
	blobs := []types.BlobInfo{found.ConfigInfo()}
	for _, layer := range found.LayerInfos() {
		blobs = append(blobs, layer.BlobInfo)
	}
	for _, blob := range blobs {
		stream, _, err := source.GetBlob(ctx, blob, none.NoCache)
		check(err)
		_, err = io.Copy(io.Discard, stream)
		check(err)
	}
	digest, err := manifest.Digest(bytes)
	check(err)
	fmt.Println(digest)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
