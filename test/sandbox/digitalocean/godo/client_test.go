// Package godo drives the simulated DigitalOcean API with the provider's own Go client, the one
// that its Terraform and Pulumi plugins are built on.
package godo

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/digitalocean/godo"
)

var ctx = context.Background()

// The account at DIGITALOCEAN_API_URL, with the given token instead of the right one if any.
func client(t *testing.T, token ...string) *godo.Client {
	t.Helper()
	url := os.Getenv("DIGITALOCEAN_API_URL")
	if url == "" {
		t.Fatal("DIGITALOCEAN_API_URL is not set")
	}
	token = append(token, os.Getenv("DIGITALOCEAN_TOKEN"))
	c := godo.NewFromToken(token[0])
	if err := godo.SetBaseURL(url + "/")(c); err != nil {
		t.Fatal(err)
	}
	return c
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// Asserts that the API refused with this status and a message that contains the text.
func refused(t *testing.T, err error, status int, text string) {
	t.Helper()
	var response *godo.ErrorResponse
	if !errors.As(err, &response) {
		t.Fatalf("got %v, want a refusal with status %d", err, status)
	}
	equal(t, "status", response.Response.StatusCode, status)
	if !strings.Contains(response.Message, text) {
		t.Fatalf("message %q does not contain %q", response.Message, text)
	}
	if response.RequestID == "" {
		t.Fatal("the refusal has no request id")
	}
}

func within(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if done() {
			return
		}
	}
	t.Fatalf("%s: not within a minute", what)
}

// A new droplet, active, and removed at the end of the test.
func droplet(t *testing.T, c *godo.Client, request godo.DropletCreateRequest) *godo.Droplet {
	t.Helper()
	if request.Name == "" {
		request.Name = "web-1"
	}
	if request.Region == "" {
		request.Region = "ams3"
	}
	request.Size = "s-1vcpu-1gb"
	request.Image = godo.DropletCreateImage{Slug: "debian-13-x64"}
	made, response, err := c.Droplets.Create(ctx, &request)
	ok(t, err)
	equal(t, "status code", response.StatusCode, 202)
	equal(t, "status", made.Status, "new")
	equal(t, "create actions", len(response.Links.Actions), 1)
	t.Cleanup(func() { remove(t, c, made.ID) })
	var active *godo.Droplet
	within(t, "active", func() bool {
		active, _, err = c.Droplets.Get(ctx, made.ID)
		ok(t, err)
		return active.Status == "active"
	})
	return active
}

func remove(t *testing.T, c *godo.Client, id int) {
	t.Helper()
	response, err := c.Droplets.Delete(ctx, id)
	if response != nil && response.StatusCode == 404 {
		return
	}
	ok(t, err)
	equal(t, "status code", response.StatusCode, 204)
	within(t, "gone", func() bool {
		_, response, _ := c.Droplets.Get(ctx, id)
		return response.StatusCode == 404
	})
}

// Waits for the action and returns how it ended.
func finished(t *testing.T, c *godo.Client, id int) *godo.Action {
	t.Helper()
	var action *godo.Action
	within(t, "action", func() bool {
		var err error
		action, _, err = c.Actions.Get(ctx, id)
		ok(t, err)
		return action.Status != "in-progress"
	})
	return action
}

func completed(t *testing.T, c *godo.Client, action *godo.Action, err error) {
	t.Helper()
	ok(t, err)
	equal(t, "status", action.Status, "in-progress")
	end := finished(t, c, action.ID)
	equal(t, "end", end.Status, "completed")
	if end.CompletedAt == nil || end.StartedAt == nil {
		t.Fatal("the action has no times")
	}
}
