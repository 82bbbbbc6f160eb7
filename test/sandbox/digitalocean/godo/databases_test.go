package godo

import (
	"testing"
	"time"

	"github.com/digitalocean/godo"
)

func TestDatabases(t *testing.T) {
	c := client(t)
	create := func(name, size string, nodes int) (*godo.Database, error) {
		made, response, err := c.Databases.Create(ctx, &godo.DatabaseCreateRequest{
			Name: name, EngineSlug: "pg", Version: "17", SizeSlug: size, Region: "ams3", NumNodes: nodes,
		})
		if err == nil {
			equal(t, "status code", response.StatusCode, 201)
		}
		return made, err
	}
	_, err := create("Shop", "db-s-1vcpu-1gb", 1)
	refused(t, err, 422, "invalid name")
	_, err = create("shop-db", "db-s-1vcpu-1gb", 2)
	refused(t, err, 422, "allows 1 to 1")
	made, err := create("shop-db", "db-s-1vcpu-2gb", 1)
	ok(t, err)
	equal(t, "status", made.Status, "creating")
	_, _, err = c.Databases.CreateUser(ctx, made.ID, &godo.DatabaseCreateUserRequest{Name: "app"})
	refused(t, err, 412, "not online yet")
	one := made
	for one.Status != "online" {
		time.Sleep(100 * time.Millisecond)
		one, _, err = c.Databases.Get(ctx, made.ID)
		ok(t, err)
	}
	equal(t, "urn", one.URN(), "do:dbaas:"+one.ID)
	equal(t, "user", one.PrivateConnection.User, "doadmin")
	equal(t, "database", one.Connection.Database, "defaultdb")
	equal(t, "storage", one.StorageSizeMib, uint64(30720))

	ca, _, err := c.Databases.GetCA(ctx, one.ID)
	ok(t, err)
	equal(t, "certificate", string(ca.Certificate[:27]), "-----BEGIN CERTIFICATE-----")
	user, _, err := c.Databases.CreateUser(ctx, one.ID, &godo.DatabaseCreateUserRequest{Name: "app"})
	ok(t, err)
	equal(t, "role", user.Role, "normal")
	_, _, err = c.Databases.CreateDB(ctx, one.ID, &godo.DatabaseCreateDBRequest{Name: "app"})
	ok(t, err)
	pool, _, err := c.Databases.CreatePool(ctx, one.ID, &godo.DatabaseCreatePoolRequest{
		Name: "app-pool", User: "app", Database: "app", Mode: "transaction", Size: 10,
	})
	ok(t, err)
	equal(t, "pool's database", pool.PrivateConnection.Database, "app-pool")
	_, err = c.Databases.DeleteUser(ctx, one.ID, "app")
	refused(t, err, 422, "in use by a connection pool")
	_, err = c.Databases.DeletePool(ctx, one.ID, "app-pool")
	ok(t, err)

	_, err = c.Databases.UpdateFirewallRules(ctx, one.ID, &godo.DatabaseUpdateFirewallRulesRequest{
		Rules: []*godo.DatabaseFirewallRule{{Type: "ip_addr", Value: "203.0.113.9"}},
	})
	ok(t, err)
	rules, _, err := c.Databases.GetFirewallRules(ctx, one.ID)
	ok(t, err)
	equal(t, "rules", len(rules), 1)
	response, err := c.Databases.Resize(ctx, one.ID, &godo.DatabaseResizeRequest{SizeSlug: "db-s-2vcpu-4gb", NumNodes: 2})
	ok(t, err)
	equal(t, "status code", response.StatusCode, 202)
	options, _, err := c.Databases.ListOptions(ctx)
	ok(t, err)
	equal(t, "layouts", len(options.PostgresSQLOptions.Layouts), 3)
	_, err = c.Databases.Delete(ctx, one.ID)
	ok(t, err)
	_, _, err = c.Databases.Get(ctx, one.ID)
	refused(t, err, 404, "could not be found")
}
