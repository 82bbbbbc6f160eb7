/**
 * A segment of a path that every app reads alike, as a regular expression: no percent sign, no
 * backslash, no `;`, and not a dot or two.
 */
export const SEGMENT = '\\.?[A-Za-z0-9_~:@=+,-][A-Za-z0-9._~:@=+,-]*'

/** Is this a path, or a folder with a final `/*`, that says only one thing? */
export function isPublicPath(path: string): boolean {
  return new RegExp(`^(?:/${SEGMENT})+(?:/\\*)?$`).test(path)
}
