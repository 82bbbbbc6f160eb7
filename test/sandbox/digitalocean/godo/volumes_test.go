package godo

import (
	"fmt"
	"strings"
	"testing"

	"github.com/digitalocean/godo"
)

// A new volume, removed at the end of the test.
func volume(t *testing.T, c *godo.Client, request godo.VolumeCreateRequest) *godo.Volume {
	t.Helper()
	if request.Region == "" {
		request.Region = "ams3"
	}
	if request.SizeGigaBytes == 0 {
		request.SizeGigaBytes = 10
	}
	made, response, err := c.Storage.CreateVolume(ctx, &request)
	ok(t, err)
	equal(t, "status code", response.StatusCode, 201)
	t.Cleanup(func() {
		response, err := c.Storage.DeleteVolume(ctx, made.ID)
		if response != nil && response.StatusCode == 404 {
			return
		}
		ok(t, err)
	})
	return made
}

func TestVolume(t *testing.T) {
	c := client(t)
	made := volume(t, c, godo.VolumeCreateRequest{Name: "data-1", Description: "rows", Tags: []string{"shop"}})
	got, _, err := c.Storage.GetVolume(ctx, made.ID)
	ok(t, err)
	equal(t, "volume", fmt.Sprint(got.Name, got.Region.Slug, got.SizeGigaBytes, got.Description, got.Tags, got.DropletIDs),
		"data-1ams310rows[shop] []")
	equal(t, "urn", got.URN(), "do:volume:"+made.ID)

	// One name in two regions.
	volume(t, c, godo.VolumeCreateRequest{Name: "data-1", Region: "fra1"})
	for query, want := range map[godo.ListVolumeParams]int{
		{}: 2, {Name: "data-1"}: 2, {Region: "fra1"}: 1, {Name: "data-1", Region: "ams3"}: 1, {Name: "other"}: 0,
	} {
		found, response, err := c.Storage.ListVolumes(ctx, &query)
		ok(t, err)
		equal(t, fmt.Sprintf("%+v", query), len(found), want)
		equal(t, "total", response.Meta.Total, want)
	}

	tag, _, err := c.Tags.Get(ctx, "shop")
	ok(t, err)
	equal(t, "tagged", fmt.Sprint(tag.Resources.Count, tag.Resources.Volumes.Count), "1 1")
	resources := []godo.Resource{{ID: made.ID, Type: godo.VolumeResourceType}}
	_, err = c.Tags.UntagResources(ctx, "shop", &godo.UntagResourcesRequest{Resources: resources})
	ok(t, err)
	got, _, err = c.Storage.GetVolume(ctx, made.ID)
	ok(t, err)
	equal(t, "tags", len(got.Tags), 0)
	_, err = c.Tags.Delete(ctx, "shop")
	ok(t, err)

	account, _, err := c.Account.Get(ctx)
	ok(t, err)
	equal(t, "limit", account.VolumeLimit, 100)
	resourcesOf, _, err := c.Projects.ListResources(ctx, godo.DefaultProject, &godo.ListOptions{PerPage: 200})
	ok(t, err)
	urns := ""
	for _, each := range resourcesOf {
		urns += each.URN + " "
	}
	if !strings.Contains(urns, made.URN()+" ") {
		t.Fatalf("the default project has %s", urns)
	}

	response, err := c.Storage.DeleteVolume(ctx, made.ID)
	ok(t, err)
	equal(t, "status code", response.StatusCode, 204)
	_, err = c.Storage.DeleteVolume(ctx, made.ID)
	refused(t, err, 404, "could not be found")
	_, _, err = c.Storage.GetVolume(ctx, made.ID)
	refused(t, err, 404, "could not be found")
}

func TestVolumeActions(t *testing.T) {
	c := client(t)
	v := volume(t, c, godo.VolumeCreateRequest{Name: "data"})
	one := droplet(t, c, godo.DropletCreateRequest{})
	two := droplet(t, c, godo.DropletCreateRequest{Name: "web-2"})
	far := droplet(t, c, godo.DropletCreateRequest{Name: "far", Region: "fra1"})

	_, _, err := c.StorageActions.Attach(ctx, v.ID, far.ID)
	refused(t, err, 422, "same region")
	action, response, err := c.StorageActions.Attach(ctx, v.ID, one.ID)
	ok(t, err)
	equal(t, "status code", response.StatusCode, 202)
	equal(t, "type", fmt.Sprint(action.Type, action.ResourceType, action.CompletedAt), "attach_volumevolume<nil>")
	_, _, err = c.StorageActions.Attach(ctx, v.ID, two.ID)
	refused(t, err, 422, "Droplet already has a pending event.")
	_, _, err = c.DropletActions.PowerOff(ctx, one.ID)
	refused(t, err, 422, "Droplet already has a pending event.")
	ip, _, err := c.ReservedIPs.Create(ctx, &godo.ReservedIPCreateRequest{Region: "ams3"})
	ok(t, err)
	t.Cleanup(func() { _, err := c.ReservedIPs.Delete(ctx, ip.IP); ok(t, err) })
	_, _, err = c.ReservedIPActions.Assign(ctx, ip.IP, one.ID)
	refused(t, err, 422, "Droplet already has a pending event.")
	completed(t, c, action, nil)
	again, _, err := c.StorageActions.Get(ctx, v.ID, action.ID)
	ok(t, err)
	equal(t, "by volume", again.Status, "completed")
	actions, _, err := c.StorageActions.List(ctx, v.ID, nil)
	ok(t, err)
	equal(t, "actions", len(actions), 1)

	got, _, err := c.Storage.GetVolume(ctx, v.ID)
	ok(t, err)
	equal(t, "droplets", fmt.Sprint(got.DropletIDs), fmt.Sprint([]int{one.ID}))
	d, _, err := c.Droplets.Get(ctx, one.ID)
	ok(t, err)
	equal(t, "volumes", fmt.Sprint(d.VolumeIDs), fmt.Sprint([]string{v.ID}))
	_, _, err = c.StorageActions.Attach(ctx, v.ID, two.ID)
	refused(t, err, 422, "This volume is already attached")
	_, err = c.Storage.DeleteVolume(ctx, v.ID)
	refused(t, err, 409, "attached volume cannot be deleted")
	_, _, err = c.StorageActions.DetachByDropletID(ctx, v.ID, two.ID)
	refused(t, err, 422, "Attachment not found")

	action, _, err = c.StorageActions.Resize(ctx, v.ID, 20, "ams3")
	completed(t, c, action, err)
	equal(t, "type", action.Type, "resize_volume")
	for size, want := range map[int]string{20: "upwards", 5: "upwards", 16385: "between 1 and 16384"} {
		_, _, err = c.StorageActions.Resize(ctx, v.ID, size, "ams3")
		refused(t, err, 422, want)
	}
	_, _, err = c.StorageActions.Resize(ctx, v.ID, 30, "fra1")
	refused(t, err, 422, "not in region fra1")

	action, _, err = c.StorageActions.DetachByDropletID(ctx, v.ID, one.ID)
	completed(t, c, action, err)
	equal(t, "type", action.Type, "detach_volume")
	action, _, err = c.StorageActions.Attach(ctx, v.ID, two.ID)
	completed(t, c, action, err)

	// A droplet that goes lets go of it.
	remove(t, c, two.ID)
	got, _, err = c.Storage.GetVolume(ctx, v.ID)
	ok(t, err)
	equal(t, "after the droplet", fmt.Sprint(got.SizeGigaBytes, got.DropletIDs), "20 []")
	_, _, err = c.StorageActions.Attach(ctx, v.ID, two.ID)
	refused(t, err, 404, "could not be found")
}

func TestVolumeSnapshots(t *testing.T) {
	c := client(t)
	v := volume(t, c, godo.VolumeCreateRequest{Name: "data", SizeGigaBytes: 3})
	request := &godo.SnapshotCreateRequest{VolumeID: v.ID, Name: "before", Tags: []string{"kept"}}
	made, response, err := c.Storage.CreateSnapshot(ctx, request)
	ok(t, err)
	equal(t, "status code", response.StatusCode, 201)
	equal(t, "snapshot", fmt.Sprint(made.Name, made.ResourceType, made.ResourceID == v.ID, made.Regions, made.MinDiskSize, made.Tags),
		"beforevolumetrue [ams3] 3 [kept]")
	_, _, err = c.Storage.CreateSnapshot(ctx, request)
	refused(t, err, 409, "already exists")
	request.Name = "soon"
	_, _, err = c.Storage.CreateSnapshot(ctx, request)
	refused(t, err, 422, "one snapshot every 10 minutes")

	of, _, err := c.Storage.ListSnapshots(ctx, v.ID, nil)
	ok(t, err)
	all, _, err := c.Snapshots.ListVolume(ctx, nil)
	ok(t, err)
	droplets, _, err := c.Snapshots.ListDroplet(ctx, nil)
	ok(t, err)
	elsewhere, _, err := c.Snapshots.ListVolumeSnapshotByRegion(ctx, "fra1", nil)
	ok(t, err)
	equal(t, "lists", fmt.Sprint(len(of), len(all), len(droplets), len(elsewhere)), "1 1 0 0")
	tag, _, err := c.Tags.Get(ctx, "kept")
	ok(t, err)
	equal(t, "tagged", tag.Resources.VolumeSnapshots.Count, 1)

	// It outlives its volume, and gives a new one its size.
	_, err = c.Storage.DeleteVolume(ctx, v.ID)
	ok(t, err)
	copied := volume(t, c, godo.VolumeCreateRequest{Name: "copy", SizeGigaBytes: 9, SnapshotID: made.ID})
	equal(t, "size", copied.SizeGigaBytes, 3)
	_, _, err = c.Storage.CreateVolume(ctx, &godo.VolumeCreateRequest{Name: "far", Region: "fra1", SnapshotID: made.ID})
	refused(t, err, 422, "not available in the region")

	got, _, err := c.Snapshots.Get(ctx, made.ID)
	ok(t, err)
	equal(t, "id", got.ID, made.ID)
	_, err = c.Snapshots.Delete(ctx, made.ID)
	ok(t, err)
	_, err = c.Storage.DeleteSnapshot(ctx, made.ID)
	refused(t, err, 404, "could not be found")
	_, err = c.Tags.Delete(ctx, "kept")
	ok(t, err)
}
