import { type Json, type Sandbox, startSandbox } from './sandbox.ts'
import { openStack, type Stack } from './stack.ts'

/** A stack with a volume whose droplet is replaced, and what tells where the volume is. */
export interface Replaced {
  sandbox: Sandbox
  stack: Stack
  /** The other one of two each time, for a new droplet. */
  image(): string
  /** Id of the droplet that has the volume. */
  holder(): Promise<number | undefined>
  /** Ids of all droplets. */
  droplets(): Promise<number[]>
  /** What was done with the volume since then: by the account, and by hosts. */
  since(
    account: number,
    hosts: number,
  ): Promise<{ account: string[]; hosts: string[]; all: number }>
  /** Of a stack that has come to its end: one droplet, other than that one, with the volume. */
  settled(old: number | undefined): Promise<void>
}

/** Makes the sandbox and the stack; the caller stops the sandbox. */
export async function openReplaced(): Promise<Replaced> {
  const sandbox = await startSandbox()
  const stack = await openStack(sandbox, 'dev', { shortSleep: true })
  let other = false
  const image = () => {
    other = !other
    return other ? '12345' : 'debian-13-x64'
  }
  stack.set({ volume: 10, appVolumes: { '/data': 'data' }, image: image() })
  await stack.up()
  const volume = async (): Promise<Json> =>
    (await sandbox.digitalocean('GET', '/volumes')).volumes[0]
  const holder = async () => (await volume()).droplet_ids[0]
  const droplets = async () => (await sandbox.droplets()).map(({ id }) => id)
  return {
    ...{ sandbox, stack, image, holder, droplets },
    since: async (account, hosts) => {
      const { id } = await volume()
      const { actions } = await sandbox.digitalocean('GET', `/volumes/${id}/actions`)
      const types: string[] = actions.map(({ type }: Json) => type).reverse()
      return {
        account: types.slice(account),
        hosts: sandbox.volumes().slice(hosts),
        all: types.length,
      }
    },
    settled: async (old) => {
      const [after, ...others] = await droplets()
      expect(others).toEqual([])
      expect(after).not.toBe(old)
      expect(await holder()).toBe(after)
      expect(sandbox.volumes().at(-1)).toBe(`${after} release`)
      await stack.up('--expect-no-changes')
    },
  }
}
