/** An image that the sandbox makes itself, where no registry of images can be reached. */
export interface OwnImage {
  /** Its name at Docker Hub, without `library/`. */
  repository: string
  /** All of them name the same image. */
  tags: string[]
  /** Debian's packages in it, beside the essential ones; with none of them there is no Debian in it. */
  packages: string[]
  /** Scripts run with the image's root as their argument, in this order, before it is trimmed. */
  hooks?: string[]
  /** What comes from elsewhere; a change of it is a change of the image. */
  pins?: Record<string, string>
  /**
   * Lays what comes from elsewhere into a folder, whose content lands in the image's root.
   * @param work a folder for drafts, removed afterwards
   */
  add?: (folder: string, work: string, progress: (detail: string) => void) => Promise<void>
  /** Of the image's configuration (OCI image specification). */
  env: Record<string, string>
  command: string[]
}

export const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
