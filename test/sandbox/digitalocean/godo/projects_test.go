package godo

import (
	"fmt"
	"testing"

	"github.com/digitalocean/godo"
)

func TestProject(t *testing.T) {
	c := client(t)
	project, response, err := c.Projects.Create(ctx, &godo.CreateProjectRequest{Name: "shop", Purpose: "Web Application"})
	ok(t, err)
	equal(t, "status code", response.StatusCode, 201)
	_, _, err = c.Projects.Create(ctx, &godo.CreateProjectRequest{Name: "shop", Purpose: "Web Application"})
	refused(t, err, 409, "already in use")
	_, _, err = c.Projects.Create(ctx, &godo.CreateProjectRequest{Name: "x", Purpose: "y", Environment: "Moon"})
	refused(t, err, 422, "environment must be one of")

	updated, _, err := c.Projects.Update(ctx, project.ID, &godo.UpdateProjectRequest{Description: "all of it", Environment: "Production"})
	ok(t, err)
	equal(t, "updated", fmt.Sprint(updated.Name, updated.Description, updated.Environment), "shopall of itProduction")

	d := droplet(t, c, godo.DropletCreateRequest{})
	_, _, err = c.Domains.Create(ctx, &godo.DomainCreateRequest{Name: "project.example"})
	ok(t, err)
	fallback, _, err := c.Projects.GetDefault(ctx)
	ok(t, err)
	before, _, err := c.Projects.ListResources(ctx, godo.DefaultProject, nil)
	ok(t, err)
	equal(t, "in the default project", len(before), 2)

	urns := []interface{}{d, "do:domain:project.example", "do:droplet:1"}
	assigned, _, err := c.Projects.AssignResources(ctx, project.ID, urns...)
	ok(t, err)
	equal(t, "outcomes", fmt.Sprint(assigned[0].Status, assigned[1].Status, assigned[2].Status), "assignedassignednot_found")
	held, _, err := c.Projects.ListResources(ctx, project.ID, &godo.ListOptions{Page: 1, PerPage: 200})
	ok(t, err)
	equal(t, "resources", len(held), 2)
	equal(t, "urn", held[0].URN, d.URN())
	_, err = c.Projects.Delete(ctx, project.ID)
	refused(t, err, 412, "cannot delete a project with resources")

	_, err = c.Domains.Delete(ctx, "project.example")
	ok(t, err)
	_, _, err = c.Projects.AssignResources(ctx, fallback.ID, d)
	ok(t, err)
	_, err = c.Projects.Delete(ctx, project.ID)
	refused(t, err, 412, "cannot delete a project with resources")
	within(t, "deleted", func() bool { _, err := c.Projects.Delete(ctx, project.ID); return err == nil })
	_, _, err = c.Projects.Get(ctx, project.ID)
	refused(t, err, 404, "could not be found")
	_, err = c.Projects.Delete(ctx, fallback.ID)
	refused(t, err, 412, "default project")
}

func TestTags(t *testing.T) {
	c := client(t)
	tag, response, err := c.Tags.Create(ctx, &godo.TagCreateRequest{Name: "env:dev"})
	ok(t, err)
	equal(t, "status code", response.StatusCode, 201)
	equal(t, "count", tag.Resources.Count, 0)
	_, _, err = c.Tags.Create(ctx, &godo.TagCreateRequest{Name: "not ok"})
	refused(t, err, 422, "Tag name")

	d := droplet(t, c, godo.DropletCreateRequest{})
	resources := []godo.Resource{{ID: fmt.Sprint(d.ID), Type: godo.DropletResourceType}}
	_, err = c.Tags.TagResources(ctx, "env:dev", &godo.TagResourcesRequest{Resources: resources})
	ok(t, err)
	tag, _, err = c.Tags.Get(ctx, "env:dev")
	ok(t, err)
	equal(t, "droplets", tag.Resources.Droplets.Count, 1)
	_, err = c.Tags.UntagResources(ctx, "env:dev", &godo.UntagResourcesRequest{Resources: resources})
	ok(t, err)
	tags, _, err := c.Tags.List(ctx, &godo.ListOptions{PerPage: 200})
	ok(t, err)
	for _, each := range tags {
		_, err = c.Tags.Delete(ctx, each.Name)
		ok(t, err)
	}
	_, err = c.Tags.Delete(ctx, "env:dev")
	refused(t, err, 404, "could not be found")
}
