/** What a phase took, seconds. */
export interface Timing {
  name: string
  seconds: number
}

/**
 * Reads what `padlock sandbox up` and the engine print without a terminal: `✓ engine (12 s)` for a phase,
 * `digitalocean:index:Droplet padlock-dev created (8s)` for a resource.
 * @param shortest leaves out resources that took less, seconds
 */
export function timings(output: string, shortest = 1): Timing[] {
  const found: Timing[] = []
  for (const line of output.split('\n')) {
    const phase = /^✓ (.+) \((\d+) s\)$/.exec(line)
    if (phase?.[1]) found.push({ name: phase[1], seconds: Number(phase[2]) })
    const resource =
      /\s(\S+:\S+:\S+) (\S+) (?:created|updated|replaced|deleted) \(([\d.]+)s\)/.exec(line)
    if (!resource || Number(resource[3]) < shortest) continue
    found.push({ name: `${resource[1]} ${resource[2]}`, seconds: Number(resource[3]) })
  }
  return found
}
