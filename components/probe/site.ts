/** What a visitor of the site must find. */
export interface Site {
  /** Public base URL, no final slash. */
  url: URL
  /** The address to connect to, whatever a resolver says. */
  address: string
  httpPort: number
  /** What the address of the login begins with; absent without a login. */
  issuer?: string
  /** Path that the login must come back to, if not `/callback`. */
  callback?: string
  /** Does the login stand in front of the whole site, under oauth2-proxy's own paths? */
  edge?: boolean
  /** What must answer 2xx where there is no login. */
  readyPath?: string
  /** Public base URL, no final slash, that every path leads to; absent where the site answers itself. */
  leadsTo?: string
  /** PEM text of a private root, trusted beside the public ones. */
  root?: string
  /** PEM text of a certificate and its key, shown to a site that asks for one. */
  client?: string
}

/** A check that did not pass: what was seen, and what to look at. */
export class Finding extends Error {
  readonly hints: string[]
  constructor(message: string, hints: string[]) {
    super(message)
    this.hints = hints
  }
}
