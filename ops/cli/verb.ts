/** One verb of ./padlock: a file that exports these. */
export interface Verb {
  /** What `--help` prints: usage on the first line, what it does, exit codes. */
  help: string
  /** @returns the exit code */
  run(args: string[]): Promise<number>
}
