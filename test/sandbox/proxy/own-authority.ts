import * as pulumi from '@pulumi/pulumi'
import { Authority, type AuthorityArgs, type Pair } from '../../../components/authority.ts'
import { revealAll, type Values } from '../../../sandbox/toolchain/standins/server/values.ts'
import { tls } from '../../../sandbox/toolchain/standins/tls/provider.ts'

interface Texts {
  certificate: string
  key: string
}

/** PEM texts of everything that the stack's own authority makes. */
export interface Made {
  root: string
  server?: Texts
  clients: Record<string, Texts>
  probe?: Texts
  trusted?: { root: string; certificates: string; fingerprints: string[] }
}

/** The component of the stack, its certificates signed by the sandbox's tls plugin. */
export async function ownAuthority(args: AuthorityArgs): Promise<Made> {
  pulumi.runtime.setMocks({
    async newResource({ type, name, inputs }) {
      if (type.startsWith('padlock:')) return { id: '', state: inputs }
      const handler = tls.resources[type]
      if (!handler) throw new Error(`${type} is not expected here`)
      const properties = revealAll(inputs as Values)
      const request = { urn: '', name, type, properties, timeout: 0 }
      const { id = '', properties: made } = await handler.create(
        { ...request, preview: false },
        {} as Parameters<typeof handler.create>[1],
      )
      return { id, state: revealAll(made) }
    },
    call: ({ token }) => {
      throw new Error(`the function ${token} is not expected here`)
    },
  })
  const authority = new Authority('padlock-dev', args)
  const of = (pair: Pair | undefined) => pair && value(pulumi.output({ ...pair }))
  const clients = Object.entries(authority.clients).map(async ([name, pair]) => [
    name,
    await of(pair),
  ])
  return {
    root: await value(authority.root),
    server: await of(authority.server),
    clients: Object.fromEntries(await Promise.all(clients)),
    probe: await of(authority.probe),
    trusted: authority.trusted && (await value(pulumi.output({ ...authority.trusted }))),
  }
}

const value = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((done) => output.apply(done as (value: unknown) => void))
