/**
 * A reference to an image with its registry, as Docker completes it: `acme/shop` lies at docker.io,
 * `python` in its `library`. The first part is a registry if it has a dot or a port or is
 * `localhost` (https://github.com/distribution/reference).
 */
export function fullImageName(name: string): string {
  const [first = '', ...rest] = name.split('/')
  if (rest.length === 0) return `docker.io/library/${name}`
  return /[.:]/.test(first) || first === 'localhost' ? name : `docker.io/${name}`
}
