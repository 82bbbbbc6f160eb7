package godo

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/digitalocean/godo"
)

// A login as it stands in Docker's configuration file.
func login(t *testing.T, file []byte) string {
	t.Helper()
	var config struct {
		Auths map[string]struct{ Auth string }
	}
	ok(t, json.Unmarshal(file, &config))
	pair, err := base64.StdEncoding.DecodeString(config.Auths["registry.digitalocean.com"].Auth)
	ok(t, err)
	return string(pair)
}

func TestRegistry(t *testing.T) {
	c := client(t)
	_, _, err := c.Registry.Get(ctx)
	refused(t, err, 404, "could not be found")
	_, _, err = c.Registries.DockerCredentials(ctx, "shop", &godo.RegistryDockerCredentialsRequest{})
	refused(t, err, 404, "could not be found")
	none, _, err := c.Registries.List(ctx)
	ok(t, err)
	equal(t, "registries", len(none), 0)
	_, _, err = c.Registries.GetSubscription(ctx)
	refused(t, err, 404, "could not be found")

	create := func(name, tier, region string) error {
		_, response, err := c.Registry.Create(ctx, &godo.RegistryCreateRequest{Name: name, SubscriptionTierSlug: tier, Region: region})
		if err == nil {
			equal(t, "status code", response.StatusCode, 201)
		}
		return err
	}
	refused(t, create("Shop", "starter", ""), 422, "name must be lowercase")
	refused(t, create("shop", "gold", ""), 422, "invalid subscription tier")
	refused(t, create("shop", "starter", "moon1"), 422, "invalid region")
	ok(t, create("shop", "starter", "fra1"))
	refused(t, create("shop", "starter", ""), 409, "name already exists")
	refused(t, create("other", "starter", ""), 422, "user already has a registry")

	one, _, err := c.Registry.Get(ctx)
	ok(t, err)
	equal(t, "name and region", one.Name+one.Region, "shopfra1")
	subscription, _, err := c.Registries.GetSubscription(ctx)
	ok(t, err)
	equal(t, "tier", subscription.Tier.Slug, "starter")

	hour := 3600
	file, _, err := c.Registries.DockerCredentials(ctx, "shop", &godo.RegistryDockerCredentialsRequest{ExpirySeconds: &hour})
	ok(t, err)
	equal(t, "token", strings.HasPrefix(strings.Split(login(t, file.DockerConfigJSON), ":")[1], "dor_v1_"), true)
	long := 1576800001
	_, _, err = c.Registry.DockerCredentials(ctx, &godo.RegistryDockerCredentialsRequest{ExpirySeconds: &long})
	refused(t, err, 422, "expiry_seconds")

	_, _, err = c.Registries.UpdateSubscription(ctx, &godo.RegistrySubscriptionUpdateRequest{TierSlug: "professional"})
	ok(t, err)
	ok(t, create("other", "professional", ""))
	_, _, err = c.Registry.Get(ctx)
	refused(t, err, 412, "multiple registries")
	_, _, err = c.Registries.UpdateSubscription(ctx, &godo.RegistrySubscriptionUpdateRequest{TierSlug: "basic"})
	refused(t, err, 412, "OverRegistryLimit")
	both, _, err := c.Registries.List(ctx)
	ok(t, err)
	equal(t, "registries", len(both), 2)
	for _, each := range both {
		_, err = c.Registries.Delete(ctx, each.Name)
		ok(t, err)
	}
	_, err = c.Registries.Delete(ctx, "shop")
	refused(t, err, 404, "could not be found")
}
