package godo

import (
	"testing"

	"github.com/digitalocean/godo"
)

const (
	key1 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJiyMyGkcxAACVXFT7WUHZoTvqBS8pWNIzoEAVUXmaSs one@example.com"
	key2 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINAYqQVCbdTbiNFpTVVu2KRkqIoXPBxSGKHMsXy1vXcx two@example.com"
)

func TestToken(t *testing.T) {
	_, _, err := client(t, "wrong").Account.Get(ctx)
	refused(t, err, 401, "Unable to authenticate you")
}

func TestAccount(t *testing.T) {
	account, response, err := client(t).Account.Get(ctx)
	ok(t, err)
	equal(t, "status", account.Status, "active")
	equal(t, "droplet limit", account.DropletLimit, 25)
	equal(t, "reserved IP limit", account.ReservedIPLimit, 3)
	equal(t, "rate limit", response.Rate.Limit, 5000)
	if response.Rate.Remaining >= 5000 || response.Rate.Reset.IsZero() {
		t.Fatalf("rate headers: %+v", response.Rate)
	}
}

func TestKeys(t *testing.T) {
	c := client(t)
	key, response, err := c.Keys.Create(ctx, &godo.KeyCreateRequest{Name: "one", PublicKey: key1})
	ok(t, err)
	equal(t, "status code", response.StatusCode, 201)
	equal(t, "public key", key.PublicKey, key1)

	_, _, err = c.Keys.Create(ctx, &godo.KeyCreateRequest{Name: "again", PublicKey: key1})
	refused(t, err, 422, "SSH Key is already in use on your account")
	_, _, err = c.Keys.Create(ctx, &godo.KeyCreateRequest{Name: "bad", PublicKey: "ssh-ed25519 AAAA"})
	refused(t, err, 422, "Fingerprint could not be generated")

	byID, _, err := c.Keys.GetByID(ctx, key.ID)
	ok(t, err)
	byFingerprint, _, err := c.Keys.GetByFingerprint(ctx, key.Fingerprint)
	ok(t, err)
	equal(t, "key", *byFingerprint, *byID)

	renamed, _, err := c.Keys.UpdateByFingerprint(ctx, key.Fingerprint, &godo.KeyUpdateRequest{Name: "uno"})
	ok(t, err)
	equal(t, "name", renamed.Name, "uno")
	keys, _, err := c.Keys.List(ctx, nil)
	ok(t, err)
	equal(t, "keys", len(keys), 1)

	_, err = c.Keys.DeleteByID(ctx, key.ID)
	ok(t, err)
	_, err = c.Keys.DeleteByID(ctx, key.ID)
	refused(t, err, 404, "could not be found")
}

func TestCatalogue(t *testing.T) {
	c := client(t)
	regions, _, err := c.Regions.List(ctx, &godo.ListOptions{PerPage: 200})
	ok(t, err)
	equal(t, "regions", len(regions), 12)

	sizes, _, err := c.Sizes.List(ctx, &godo.ListOptions{PerPage: 200})
	ok(t, err)
	prices := map[string]float64{}
	for _, size := range sizes {
		prices[size.Slug] = size.PriceMonthly
	}
	equal(t, "price", prices["s-1vcpu-512mb-10gb"], 4)
	equal(t, "price", prices["s-4vcpu-8gb"], 48)

	image, _, err := c.Images.GetBySlug(ctx, "debian-13-x64")
	ok(t, err)
	again, _, err := c.Images.GetByID(ctx, image.ID)
	ok(t, err)
	equal(t, "slug", again.Slug, "debian-13-x64")
	applications, _, err := c.Images.ListApplication(ctx, nil)
	ok(t, err)
	equal(t, "applications", len(applications), 1)
	mine, _, err := c.Images.ListUser(ctx, nil)
	ok(t, err)
	equal(t, "own images", len(mine), 1)
	_, _, err = c.Images.GetBySlug(ctx, "plan-9")
	refused(t, err, 404, "could not be found")
}

// What a receipt would read beside the resources that are simulated.
func TestEmptyLists(t *testing.T) {
	c := client(t)
	lists := map[string]func() (int, error){
		"volumes":        func() (int, error) { l, _, e := c.Storage.ListVolumes(ctx, nil); return len(l), e },
		"databases":      func() (int, error) { l, _, e := c.Databases.List(ctx, nil); return len(l), e },
		"load balancers": func() (int, error) { l, _, e := c.LoadBalancers.List(ctx, nil); return len(l), e },
		"certificates":   func() (int, error) { l, _, e := c.Certificates.List(ctx, nil); return len(l), e },
		"alerts":         func() (int, error) { l, _, e := c.Monitoring.ListAlertPolicies(ctx, nil); return len(l), e },
		"checks":         func() (int, error) { l, _, e := c.UptimeChecks.List(ctx, nil); return len(l), e },
		"snapshots":      func() (int, error) { l, _, e := c.Snapshots.List(ctx, nil); return len(l), e },
		"clusters":       func() (int, error) { l, _, e := c.Kubernetes.List(ctx, nil); return len(l), e },
		"apps":           func() (int, error) { l, _, e := c.Apps.List(ctx, nil); return len(l), e },
	}
	for name, list := range lists {
		count, err := list()
		ok(t, err)
		equal(t, name, count, 0)
	}
	_, _, err := c.Certificates.Create(ctx, &godo.CertificateRequest{Name: "c"})
	refused(t, err, 501, "does not simulate certificates")
}
