import type { BadConfiguration } from './bad-configuration.ts'

/** What the app is made of. */
export const image: BadConfiguration[] = [
  {
    title: 'appSource missing',
    raw: { appSource: 'web' },
    messages: [
      'appSource = "web" is not a folder with a Containerfile. Allowed: a folder of this project that holds a Containerfile or a Dockerfile.\n    Fix: pulumi config set appSource app',
    ],
  },
  {
    title: 'appSource outside',
    raw: { appSource: '../web' },
    messages: [
      'appSource = "../web" is outside of the project. Allowed: a folder of this project that holds a Containerfile or a Dockerfile.\n    Fix: pulumi config set appSource app',
    ],
  },
  {
    title: 'appImage by tag',
    raw: { appImage: 'ghcr.io/acme/shop:1.2' },
    messages: [
      'appImage = "ghcr.io/acme/shop:1.2" names no digest, so that a later pull could bring another image. Allowed: name@sha256:digest, with its registry or of Docker Hub.\n    Fix: pulumi config set appImage ghcr.io/acme/shop@sha256:<64 hex digits>',
    ],
  },
  {
    title: 'appImage bad digest',
    raw: { appImage: 'ghcr.io/acme/shop@sha256:123' },
    messages: [
      'appImage = "ghcr.io/acme/shop@sha256:123" has a bad digest. Allowed: name@sha256:digest, with its registry or of Docker Hub.\n    Fix: pulumi config set appImage ghcr.io/acme/shop@sha256:<64 hex digits>',
    ],
  },
  {
    title: 'names that no image has',
    raw: { appImage: `Acme/shop@sha256:${'0'.repeat(64)}` },
    messages: [
      'appImage = "Acme/shop@sha256:00000000000000000000000000000000000000000000000000000000000000… is not the name of an image. Allowed: name@sha256:digest, with its registry or of Docker Hub.\n    Fix: pulumi config set appImage ghcr.io/acme/shop@sha256:<64 hex digits>',
    ],
  },
  {
    title: 'a base image with half a digest',
    raw: { appBaseImage: 'python@sha256:12' },
    messages: [
      'appBaseImage = "python@sha256:12" has a bad digest. Allowed: the name of an image, such as docker.io/library/python:3.13-slim.\n    Fix: pulumi config set appBaseImage docker.io/library/python:3.13-slim',
    ],
  },
  {
    title: 'half a login at a registry',
    raw: { appRegistries: { 'ghcr.io': { user: 'bot' } } },
    messages: [
      'appRegistries["ghcr.io"].password is no login. Allowed: a user and a password, both texts.\n    Fix: pulumi config set --path \'appRegistries["ghcr.io"].user\' NAME; pulumi config set --secret --path \'appRegistries["ghcr.io"].password\'',
    ],
  },
  {
    title: 'logins by names that no image has',
    raw: {
      appRegistries: {
        'https://ghcr.io': { user: 'bot', password: 'hunter2' },
        'index.docker.io/v1': { user: 'bot', password: 'hunter2' },
      },
    },
    messages: [
      'appRegistries["https://ghcr.io"] has a name that is no registry. Allowed: registries as images name them (ghcr.io, docker.io), or a path below one.\n    Fix: pulumi config set --path \'appRegistries["ghcr.io"].user\' NAME; pulumi config set --secret --path \'appRegistries["ghcr.io"].password\'',
      'appRegistries["index.docker.io/v1"] is Docker Hub, whose images are named docker.io/\u2026. Allowed: registries as images name them (ghcr.io, docker.io), or a path below one.\n    Fix: pulumi config set --path \'appRegistries["ghcr.io"].user\' NAME; pulumi config set --secret --path \'appRegistries["ghcr.io"].password\'',
    ],
  },
  {
    title: 'a login beside the one that the stack makes',
    raw: {
      registry: true,
      appRegistries: { 'registry.digitalocean.com/acme': { user: 'bot', password: 'hunter2' } },
    },
    messages: [
      'appRegistries has a login for registry.digitalocean.com beside registry = true, which makes one. Allowed: one of the two.\n    Fix: pulumi config rm --path \'appRegistries["registry.digitalocean.com"]\', or pulumi config set registry false',
    ],
  },
  {
    title: 'a registry that is a name',
    raw: { registry: 'acme' },
    messages: [
      'registry = "acme" is neither true nor false. Allowed: true or false.\n    Fix: pulumi config set registry false',
    ],
  },
  {
    title: 'registry password in plain',
    raw: { appRegistries: { 'ghcr.io': { user: 'bot', password: 'hunter2' } } },
    context: { secretKeys: [] },
    messages: [
      'appRegistries is in the configuration in plain text. Allowed: a value set with --secret.\n    Fix: pulumi config set --secret --path \'appRegistries["HOST"].password\', and change the value: it has been seen',
    ],
  },
  {
    title: 'a key of an earlier version',
    raw: { appRegistryUser: 'bot' },
    messages: [
      'appRegistryUser is no key any more. Allowed: appRegistries, a login for each registry.\n    Fix: pulumi config set --path \'appRegistries["HOST"].user\' NAME; pulumi config rm appRegistryUser',
    ],
  },
  {
    title: 'appImage beside appSource',
    raw: {
      appImage:
        'ghcr.io/acme/shop@sha256:0000000000000000000000000000000000000000000000000000000000000000',
      appSource: 'app',
    },
    messages: [
      'appSource = "app" is set beside appImage, but an image is not built. Allowed: either appImage or appSource.\n    Fix: pulumi config rm appSource',
    ],
  },
]
