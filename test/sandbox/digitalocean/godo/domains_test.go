package godo

import (
	"fmt"
	"strings"
	"testing"

	"github.com/digitalocean/godo"
)

func TestDomain(t *testing.T) {
	c := client(t)
	domain, response, err := c.Domains.Create(ctx, &godo.DomainCreateRequest{Name: "shop.example", IPAddress: "192.0.2.1"})
	ok(t, err)
	equal(t, "status code", response.StatusCode, 201)
	equal(t, "ttl", domain.TTL, 1800)
	_, _, err = c.Domains.Create(ctx, &godo.DomainCreateRequest{Name: "Shop.example"})
	refused(t, err, 422, "already exists")

	records, _, err := c.Domains.Records(ctx, "shop.example", nil)
	ok(t, err)
	summary := ""
	for _, r := range records {
		summary += fmt.Sprint(r.Type, " ", r.Data, " ", r.TTL, "; ")
	}
	equal(t, "records", summary, "SOA 1800 1800; NS ns1.digitalocean.com 1800; NS ns2.digitalocean.com 1800; NS ns3.digitalocean.com 1800; A 192.0.2.1 1800; ")

	got, _, err := c.Domains.Get(ctx, "shop.example")
	ok(t, err)
	if !strings.Contains(got.ZoneFile, "shop.example. 1800 IN A 192.0.2.1") {
		t.Fatalf("zone file: %s", got.ZoneFile)
	}
	all, _, err := c.Domains.List(ctx, nil)
	ok(t, err)
	equal(t, "domains", len(all), 1)
	_, err = c.Domains.Delete(ctx, "shop.example")
	ok(t, err)
	_, err = c.Domains.Delete(ctx, "shop.example")
	refused(t, err, 404, "could not be found")
}

func TestRecords(t *testing.T) {
	c := client(t)
	_, _, err := c.Domains.Create(ctx, &godo.DomainCreateRequest{Name: "records.example"})
	ok(t, err)
	t.Cleanup(func() { _, err := c.Domains.Delete(ctx, "records.example"); ok(t, err) })
	type edit = godo.DomainRecordEditRequest

	made := map[string]*godo.DomainRecord{}
	for _, each := range []struct {
		request edit
		want    string
	}{
		{edit{Type: "A", Name: "www", Data: "192.0.2.1", TTL: 60}, "www 192.0.2.1 60"},
		{edit{Type: "AAAA", Name: "www", Data: "2001:db8::1"}, "www 2001:db8::1 1800"},
		{edit{Type: "CNAME", Name: "blog", Data: "www.records.example."}, "blog www.records.example 1800"},
		{edit{Type: "MX", Name: "@", Data: "mail.example.com.", Priority: 10}, "@ mail.example.com 1800"},
		{edit{Type: "TXT", Name: "@", Data: "v=spf1 -all"}, "@ v=spf1 -all 1800"},
		{edit{Type: "SRV", Name: "_sip._tcp", Data: "sip.example.com.", Priority: 1, Weight: 2, Port: 5060}, "_sip._tcp sip.example.com 1800"},
		{edit{Type: "CAA", Name: "@", Data: "letsencrypt.org.", Tag: "issue"}, "@ letsencrypt.org 1800"},
		{edit{Type: "A", Name: "*", Data: "192.0.2.2"}, "* 192.0.2.2 1800"},
	} {
		record, response, err := c.Domains.CreateRecord(ctx, "records.example", &each.request)
		ok(t, err)
		equal(t, "status code", response.StatusCode, 201)
		equal(t, each.request.Type, fmt.Sprint(record.Name, " ", record.Data, " ", record.TTL), each.want)
		made[each.request.Type+each.request.Name] = record
	}

	for _, each := range []struct {
		request edit
		want    string
	}{
		{edit{Type: "A", Name: "x", Data: "2001:db8::1"}, "IP address did not match IPv4 format"},
		{edit{Type: "AAAA", Name: "x", Data: "192.0.2.1"}, "IP address did not match IPv6 format"},
		{edit{Type: "CNAME", Name: "x", Data: "www"}, "Data needs to end with a dot (.)"},
		{edit{Type: "CNAME", Name: "www", Data: "www.example.com."}, "CNAME records cannot share a name"},
		{edit{Type: "CAA", Name: "@", Data: "letsencrypt.org", Tag: "issue"}, "Data needs to end with a dot (.)"},
		{edit{Type: "CAA", Name: "@", Data: "letsencrypt.org.", Tag: "allow"}, "Tag must be one of"},
		{edit{Type: "A", Name: "x", Data: "192.0.2.1", TTL: 29}, "record ttl must be greater than 30"},
		{edit{Type: "TXT", Name: "x"}, "Data can't be blank"},
		{edit{Type: "PTR", Name: "x", Data: "y."}, "Type is not included"},
	} {
		_, _, err := c.Domains.CreateRecord(ctx, "records.example", &each.request)
		refused(t, err, 422, each.want)
	}
	_, _, err = c.Domains.CreateRecord(ctx, "missing.example", &edit{Type: "A", Name: "x", Data: "192.0.2.1"})
	refused(t, err, 404, "could not be found")

	// The plugin's update leaves the type out.
	id := made["Awww"].ID
	changed, _, err := c.Domains.EditRecord(ctx, "records.example", id, &edit{Name: "www", Data: "192.0.2.9", TTL: 300})
	ok(t, err)
	equal(t, "changed", fmt.Sprint(changed.Type, changed.Data, changed.TTL), "A192.0.2.9300")

	ofType, _, err := c.Domains.RecordsByType(ctx, "records.example", "A", nil)
	ok(t, err)
	equal(t, "A records", len(ofType), 2)
	named, _, err := c.Domains.RecordsByName(ctx, "records.example", "www.records.example", nil)
	ok(t, err)
	equal(t, "records at www", len(named), 2)
	both, _, err := c.Domains.RecordsByTypeAndName(ctx, "records.example", "A", "www.records.example", nil)
	ok(t, err)
	equal(t, "id", both[0].ID, id)

	_, err = c.Domains.DeleteRecord(ctx, "records.example", id)
	ok(t, err)
	_, _, err = c.Domains.Record(ctx, "records.example", id)
	refused(t, err, 404, "could not be found")
}
