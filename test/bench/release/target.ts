/** Something that serves an app, and puts new releases of it in the place of the former one. */
export interface Target {
  /** For the table. */
  name: string
  /** Of a page that answers 200 to a GET. */
  url: string
  /** Path of one that answers 200 to a POST; none is sent if absent. */
  post?: string
  /** Where the load goes, whatever the name leads to. */
  address: string
  /** Of a session that every request belongs to. */
  cookie?: string
  /** One release; when it took the former one's place, milliseconds since 1970. */
  release(): Promise<number>
  /** One that does not become ready. @throws Error where it serves all the same */
  breaks?(): Promise<void>
  close(): Promise<void>
}
