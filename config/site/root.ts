import { X509Certificate } from 'node:crypto'
import * as v from 'valibot'
import type { Say } from '../error.ts'
import type { Context } from '../settings.ts'
import * as texts from '../texts.ts'

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g

/** PEM text of an authority's certificates, or the path of a file that holds it; one at least is still valid. */
export const root =
  ({ readFile }: Context) =>
  (say: Say) =>
    v.pipe(
      texts.text(say),
      v.transform((text) => (text.includes('-----BEGIN') ? text : (readFile(text) ?? null))),
      v.string(say('is a file that cannot be read')),
      v.rawCheck<string>(({ dataset, addIssue }) => {
        const wrong = dataset.typed && problem(dataset.value)
        if (wrong) addIssue({ message: say(wrong) })
      }),
    )

/** Nothing that such a root has signed is trusted once it has ended, by Caddy as little as by the probe. */
function problem(text: string): string | undefined {
  const ends = text.match(PEM)?.map(endOf) ?? [Number.NaN]
  if (ends.some(Number.isNaN)) return 'holds no PEM certificate'
  const last = Math.max(...ends)
  if (last > Date.now()) return undefined
  return `holds a certificate that ended on ${new Date(last).toISOString().slice(0, 10)}`
}

function endOf(pem: string): number {
  try {
    return Date.parse(new X509Certificate(pem).validTo)
  } catch {
    return Number.NaN
  }
}
