package godo

import (
	"fmt"
	"strings"
	"testing"

	"github.com/digitalocean/godo"
)

func TestDroplet(t *testing.T) {
	c := client(t)
	key, _, err := c.Keys.Create(ctx, &godo.KeyCreateRequest{Name: "two", PublicKey: key2})
	ok(t, err)
	t.Cleanup(func() { _, err := c.Keys.DeleteByID(ctx, key.ID); ok(t, err) })
	d := droplet(t, c, godo.DropletCreateRequest{
		Name:       "web.example.com",
		SSHKeys:    []godo.DropletCreateSSHKey{{Fingerprint: key.Fingerprint}},
		IPv6:       true,
		Monitoring: true,
		Backups:    true,
		UserData:   "#cloud-config\n",
		Tags:       []string{"shop"},
	})
	equal(t, "region", d.Region.Slug, "ams3")
	equal(t, "size", d.Size.Slug, "s-1vcpu-1gb")
	equal(t, "memory", d.Memory, 1024)
	equal(t, "image", d.Image.Slug, "debian-13-x64")
	equal(t, "tags", strings.Join(d.Tags, ","), "shop")
	public, err := d.PublicIPv4()
	ok(t, err)
	private, err := d.PrivateIPv4()
	ok(t, err)
	six, err := d.PublicIPv6()
	ok(t, err)
	if !strings.HasPrefix(public, "127.20.") || !strings.HasPrefix(private, "10.") || !strings.HasPrefix(six, "2001:db8:") {
		t.Fatalf("addresses: %s %s %s", public, private, six)
	}
	if d.NextBackupWindow == nil || d.VPCUUID == "" || d.Created == "" {
		t.Fatalf("droplet: %+v", d)
	}
	policy, _, err := c.Droplets.GetBackupPolicy(ctx, d.ID)
	ok(t, err)
	equal(t, "plan", policy.BackupPolicy.Plan, "weekly")

	actions, _, err := c.Droplets.Actions(ctx, d.ID, nil)
	ok(t, err)
	equal(t, "actions", len(actions), 1)
	equal(t, "type", actions[0].Type, "create")
	equal(t, "status", actions[0].Status, "completed")

	remove(t, c, d.ID)
	_, err = c.Droplets.Delete(ctx, d.ID)
	refused(t, err, 404, "could not be found")
}

func TestDropletLists(t *testing.T) {
	c := client(t)
	request := &godo.DropletMultiCreateRequest{
		Names: []string{"a", "b", "c"}, Region: "fra1", Size: "s-1vcpu-512mb-10gb",
		Image: godo.DropletCreateImage{Slug: "debian-12-x64"}, Tags: []string{"many"},
	}
	made, response, err := c.Droplets.CreateMultiple(ctx, request)
	ok(t, err)
	equal(t, "droplets", len(made), 3)
	equal(t, "actions", len(response.Links.Actions), 3)
	for _, action := range response.Links.Actions {
		equal(t, "create", finished(t, c, action.ID).Status, "completed")
	}

	names := ""
	options := &godo.ListOptions{PerPage: 2}
	for {
		page, response, err := c.Droplets.ListByTag(ctx, "many", options)
		ok(t, err)
		for _, d := range page {
			names += d.Name
		}
		equal(t, "total", response.Meta.Total, 3)
		if response.Links.IsLastPage() {
			break
		}
		current, err := response.Links.CurrentPage()
		ok(t, err)
		options.Page = current + 1
	}
	equal(t, "all pages", names, "abc")
	equal(t, "pages", options.Page, 2)
	named, _, err := c.Droplets.ListByName(ctx, "b", nil)
	ok(t, err)
	equal(t, "named", len(named), 1)

	off, _, err := c.DropletActions.PowerOffByTag(ctx, "many")
	ok(t, err)
	equal(t, "actions by tag", len(off), 3)
	for _, action := range off {
		equal(t, "power off", finished(t, c, action.ID).Status, "completed")
	}
	_, err = c.Droplets.DeleteByTag(ctx, "many")
	ok(t, err)
	within(t, "gone", func() bool {
		left, _, err := c.Droplets.ListByTag(ctx, "many", nil)
		ok(t, err)
		return len(left) == 0
	})
}

func TestDropletActions(t *testing.T) {
	c := client(t)
	d := droplet(t, c, godo.DropletCreateRequest{})
	status := func() string { d, _, err := c.Droplets.Get(ctx, d.ID); ok(t, err); return d.Status }

	action, _, err := c.DropletActions.PowerOff(ctx, d.ID)
	ok(t, err)
	_, _, pending := c.DropletActions.PowerOn(ctx, d.ID)
	refused(t, pending, 422, "Droplet already has a pending event.")
	completed(t, c, action, err)
	equal(t, "status", status(), "off")
	_, _, err = c.DropletActions.PowerOff(ctx, d.ID)
	refused(t, err, 422, "Droplet is already powered off")

	action, _, err = c.DropletActions.Resize(ctx, d.ID, "s-2vcpu-4gb", true)
	completed(t, c, action, err)
	resized, _, err := c.Droplets.Get(ctx, d.ID)
	ok(t, err)
	equal(t, "size", fmt.Sprint(resized.SizeSlug, resized.Memory, resized.Vcpus, resized.Disk), "s-2vcpu-4gb4096 2 80")
	_, _, err = c.DropletActions.Resize(ctx, d.ID, "s-1vcpu-1gb", false)
	refused(t, err, 422, "smaller disk")

	action, _, err = c.DropletActions.PowerOn(ctx, d.ID)
	completed(t, c, action, err)
	equal(t, "status", status(), "active")
	_, _, err = c.DropletActions.Resize(ctx, d.ID, "s-4vcpu-8gb", true)
	refused(t, err, 422, "powered off")

	action, _, err = c.DropletActions.Rename(ctx, d.ID, "web-2")
	completed(t, c, action, err)
	action, _, err = c.DropletActions.EnableIPv6(ctx, d.ID)
	completed(t, c, action, err)
	action, _, err = c.DropletActions.EnableBackups(ctx, d.ID)
	completed(t, c, action, err)
	action, _, err = c.DropletActions.DisableBackups(ctx, d.ID)
	completed(t, c, action, err)
	action, _, err = c.DropletActions.PowerCycle(ctx, d.ID)
	completed(t, c, action, err)
	action, _, err = c.DropletActions.Reboot(ctx, d.ID)
	completed(t, c, action, err)
	action, _, err = c.DropletActions.Shutdown(ctx, d.ID)
	completed(t, c, action, err)
	end, _, err := c.Droplets.Get(ctx, d.ID)
	ok(t, err)
	six, err := end.PublicIPv6()
	ok(t, err)
	equal(t, "end", fmt.Sprint(end.Name, end.Status, six != ""), "web-2offtrue")

	_, _, err = c.DropletActions.Snapshot(ctx, d.ID, "s")
	refused(t, err, 501, "does not simulate")
}

func TestDropletErrors(t *testing.T) {
	c := client(t)
	cases := []struct {
		change func(*godo.DropletCreateRequest)
		want   string
	}{
		{func(r *godo.DropletCreateRequest) { r.Region = "mars1" }, "You specified an invalid region for Droplet creation."},
		{func(r *godo.DropletCreateRequest) { r.Region = "nyc2" }, "Region is not available"},
		{func(r *godo.DropletCreateRequest) { r.Size = "huge" }, "You specified an invalid size for Droplet creation."},
		{func(r *godo.DropletCreateRequest) { r.Region, r.Size = "lon1", "s-1vcpu-512mb-10gb" }, "Size is not available in this region."},
		{func(r *godo.DropletCreateRequest) { r.Image.Slug = "plan-9" }, "You specified an invalid image for Droplet creation."},
		{func(r *godo.DropletCreateRequest) { r.Name = "under_score" }, "Only valid hostname characters are allowed."},
		{func(r *godo.DropletCreateRequest) { r.SSHKeys = []godo.DropletCreateSSHKey{{ID: 7}} }, "7 are invalid key identifiers for Droplet creation."},
		{func(r *godo.DropletCreateRequest) { r.UserData = strings.Repeat("é", 32*1024+1) }, "User data is too long"},
		{func(r *godo.DropletCreateRequest) { r.Tags = []string{"a tag"} }, "Tag name"},
	}
	for _, each := range cases {
		request := godo.DropletCreateRequest{Name: "web", Region: "ams3", Size: "s-1vcpu-1gb", Image: godo.DropletCreateImage{Slug: "debian-13-x64"}}
		each.change(&request)
		_, _, err := c.Droplets.Create(ctx, &request)
		refused(t, err, 422, each.want)
	}
	all, _, err := c.Droplets.List(ctx, nil)
	ok(t, err)
	equal(t, "droplets", len(all), 0)
}
