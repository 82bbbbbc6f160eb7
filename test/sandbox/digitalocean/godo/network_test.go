package godo

import (
	"strings"
	"testing"

	"github.com/digitalocean/godo"
)

func TestFirewall(t *testing.T) {
	c := client(t)
	d := droplet(t, c, godo.DropletCreateRequest{Tags: []string{"walled"}})
	everywhere := []string{"0.0.0.0/0", "::/0"}
	request := &godo.FirewallRequest{
		Name: "web",
		InboundRules: []godo.InboundRule{
			{Protocol: "tcp", PortRange: "443", Sources: &godo.Sources{Addresses: everywhere}},
			{Protocol: "icmp", Sources: &godo.Sources{Addresses: everywhere}},
			{Protocol: "tcp", PortRange: "8000-9000", Sources: &godo.Sources{Tags: []string{"walled"}}},
		},
		OutboundRules: []godo.OutboundRule{
			{Protocol: "udp", PortRange: "all", Destinations: &godo.Destinations{Addresses: everywhere}},
		},
		DropletIDs: []int{d.ID},
	}
	firewall, response, err := c.Firewalls.Create(ctx, request)
	ok(t, err)
	equal(t, "status code", response.StatusCode, 202)
	equal(t, "status", firewall.Status, "waiting")
	equal(t, "pending", firewall.PendingChanges[0].DropletID, d.ID)
	equal(t, "icmp ports", firewall.InboundRules[1].PortRange, "0")
	equal(t, "all ports", firewall.OutboundRules[0].PortRange, "0")
	within(t, "settled", func() bool {
		got, _, err := c.Firewalls.Get(ctx, firewall.ID)
		ok(t, err)
		return got.Status == "succeeded" && len(got.PendingChanges) == 0
	})
	_, _, err = c.Firewalls.Create(ctx, request)
	refused(t, err, 409, "duplicate name")

	ofDroplet, _, err := c.Firewalls.ListByDroplet(ctx, d.ID, nil)
	ok(t, err)
	equal(t, "firewalls of the droplet", len(ofDroplet), 1)
	_, err = c.Firewalls.RemoveDroplets(ctx, firewall.ID, d.ID)
	ok(t, err)
	_, err = c.Firewalls.AddTags(ctx, firewall.ID, "walled")
	ok(t, err)
	rule := godo.InboundRule{Protocol: "tcp", PortRange: "22", Sources: &godo.Sources{Addresses: []string{"192.0.2.1"}}}
	_, err = c.Firewalls.AddRules(ctx, firewall.ID, &godo.FirewallRulesRequest{InboundRules: []godo.InboundRule{rule}})
	ok(t, err)
	got, _, err := c.Firewalls.Get(ctx, firewall.ID)
	ok(t, err)
	equal(t, "inbound", len(got.InboundRules), 4)
	equal(t, "tags", strings.Join(got.Tags, ","), "walled")
	equal(t, "droplets", len(got.DropletIDs), 0)
	_, err = c.Firewalls.RemoveRules(ctx, firewall.ID, &godo.FirewallRulesRequest{InboundRules: []godo.InboundRule{rule}})
	ok(t, err)
	_, err = c.Firewalls.RemoveTags(ctx, firewall.ID, "walled")
	ok(t, err)
	_, err = c.Firewalls.AddDroplets(ctx, firewall.ID, d.ID)
	ok(t, err)

	request.Name, request.DropletIDs = "web-2", nil
	request.InboundRules = request.InboundRules[:1]
	updated, _, err := c.Firewalls.Update(ctx, firewall.ID, request)
	ok(t, err)
	equal(t, "name", updated.Name, "web-2")
	equal(t, "inbound", len(updated.InboundRules), 1)
	equal(t, "droplets", len(updated.DropletIDs), 0)

	_, err = c.Firewalls.Delete(ctx, firewall.ID)
	ok(t, err)
	_, err = c.Firewalls.Delete(ctx, firewall.ID)
	refused(t, err, 404, "could not be found")
}

func TestReservedIP(t *testing.T) {
	c := client(t)
	d := droplet(t, c, godo.DropletCreateRequest{})
	reserved, response, err := c.ReservedIPs.Create(ctx, &godo.ReservedIPCreateRequest{Region: "ams3"})
	ok(t, err)
	equal(t, "status code", response.StatusCode, 202)
	equal(t, "region", reserved.Region.Slug, "ams3")
	if !strings.HasPrefix(reserved.IP, "127.30.") || reserved.Droplet != nil || reserved.ProjectID == "" {
		t.Fatalf("reserved: %+v", reserved)
	}

	action, _, err := c.ReservedIPActions.Assign(ctx, reserved.IP, d.ID)
	ok(t, err)
	_, pending := c.ReservedIPs.Delete(ctx, reserved.IP)
	refused(t, pending, 422, "already has a pending event")
	completed(t, c, action, err)
	same, _, err := c.ReservedIPActions.Get(ctx, reserved.IP, action.ID)
	ok(t, err)
	equal(t, "type", same.Type, "assign_ip")
	got, _, err := c.ReservedIPs.Get(ctx, reserved.IP)
	ok(t, err)
	equal(t, "droplet", got.Droplet.ID, d.ID)

	second, _, err := c.ReservedIPs.Create(ctx, &godo.ReservedIPCreateRequest{Region: "ams3"})
	ok(t, err)
	_, _, err = c.ReservedIPActions.Assign(ctx, second.IP, d.ID)
	refused(t, err, 422, "already has a reserved IP")
	elsewhere, _, err := c.ReservedIPs.Create(ctx, &godo.ReservedIPCreateRequest{Region: "fra1"})
	ok(t, err)
	_, _, err = c.ReservedIPActions.Assign(ctx, elsewhere.IP, d.ID)
	refused(t, err, 422, "same region")
	_, _, err = c.ReservedIPs.Create(ctx, &godo.ReservedIPCreateRequest{Region: "ams3"})
	refused(t, err, 422, "limit of 3")

	action, _, err = c.ReservedIPActions.Unassign(ctx, reserved.IP)
	completed(t, c, action, err)
	got, _, err = c.ReservedIPs.Get(ctx, reserved.IP)
	ok(t, err)
	if got.Droplet != nil {
		t.Fatal("still assigned")
	}
	all, _, err := c.ReservedIPs.List(ctx, nil)
	ok(t, err)
	equal(t, "addresses", len(all), 3)
	for _, each := range all {
		_, err = c.ReservedIPs.Delete(ctx, each.IP)
		ok(t, err)
	}
	_, err = c.ReservedIPs.Delete(ctx, reserved.IP)
	refused(t, err, 404, "could not be found")
}

func TestVPC(t *testing.T) {
	c := client(t)
	vpc, _, err := c.VPCs.Create(ctx, &godo.VPCCreateRequest{Name: "net", RegionSlug: "ams3", IPRange: "10.20.0.0/24"})
	ok(t, err)
	equal(t, "urn", vpc.URN, "do:vpc:"+vpc.ID)
	_, _, err = c.VPCs.Create(ctx, &godo.VPCCreateRequest{Name: "net-2", RegionSlug: "ams3", IPRange: "10.20.0.0/26"})
	refused(t, err, 422, "overlaps")

	d := droplet(t, c, godo.DropletCreateRequest{VPCUUID: vpc.ID})
	private, err := d.PrivateIPv4()
	ok(t, err)
	equal(t, "address", private, "10.20.0.2")
	members, _, err := c.VPCs.ListMembers(ctx, vpc.ID, nil, nil)
	ok(t, err)
	equal(t, "members", len(members), 1)
	_, err = c.VPCs.Delete(ctx, vpc.ID)
	refused(t, err, 409, "with members")
	remove(t, c, d.ID)

	updated, _, err := c.VPCs.Update(ctx, vpc.ID, &godo.VPCUpdateRequest{Name: "net-3", Description: "x"})
	ok(t, err)
	equal(t, "name", updated.Name, "net-3")
	all, _, err := c.VPCs.List(ctx, nil)
	ok(t, err)
	for _, each := range all {
		_, err = c.VPCs.Delete(ctx, each.ID)
		if each.Default {
			refused(t, err, 403, "default")
		} else {
			ok(t, err)
		}
	}
}
