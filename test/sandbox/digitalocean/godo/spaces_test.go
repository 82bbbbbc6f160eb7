package godo

import (
	"testing"

	"github.com/digitalocean/godo"
)

func TestSpacesKeys(t *testing.T) {
	c := client(t)
	_, _, err := c.SpacesKeys.Create(ctx, &godo.SpacesKeyCreateRequest{Name: ""})
	refused(t, err, 422, "name is required")
	grant := &godo.Grant{Bucket: "nowhere", Permission: godo.SpacesKeyRead}
	_, _, err = c.SpacesKeys.Create(ctx, &godo.SpacesKeyCreateRequest{Name: "x", Grants: []*godo.Grant{grant}})
	refused(t, err, 404, "nowhere")

	full := []*godo.Grant{{Permission: godo.SpacesKeyFullAccess}}
	made, response, err := c.SpacesKeys.Create(ctx, &godo.SpacesKeyCreateRequest{Name: "owner", Grants: full})
	ok(t, err)
	equal(t, "status code", response.StatusCode, 201)
	equal(t, "secret", made.SecretKey != "", true)
	equal(t, "permission", made.Grants[0].Permission, godo.SpacesKeyFullAccess)

	_, _, err = c.SpacesKeys.Update(ctx, made.AccessKey, &godo.SpacesKeyUpdateRequest{Name: "renamed", Grants: full})
	ok(t, err)
	one, _, err := c.SpacesKeys.Get(ctx, made.AccessKey)
	ok(t, err)
	equal(t, "name", one.Name, "renamed")
	equal(t, "secret afterwards", one.SecretKey, "")
	all, _, err := c.SpacesKeys.List(ctx, nil)
	ok(t, err)
	equal(t, "keys", len(all), 1)

	_, err = c.SpacesKeys.Delete(ctx, made.AccessKey)
	ok(t, err)
	_, _, err = c.SpacesKeys.Get(ctx, made.AccessKey)
	refused(t, err, 404, "could not be found")
}
