import { componentOf } from '../resources.ts'
import { short } from '../visible.ts'
import { alters, type Change, closes, type Finding, opens } from './finding.ts'
import { between, texts } from './lists.ts'

const TOPIC = 'client certificates'

/** Who gets a certificate, and whose has to be handed out anew. */
export function clientCertificates({ resources }: Change): Finding[] {
  const authority = componentOf(resources, 'Authority')
  const [before, after] = [authority?.old, authority?.new]
  const { come, gone } = between(texts(before?.clients), texts(after?.clients))
  const known = new Set(texts(before?.clients))
  const renewed = resources
    .filter((one) => one.kind === 'LocallySignedCert' && one.operation === 'replace')
    .flatMap(({ name }) => /-client-(.+)$/.exec(name)?.[1] ?? [])
    .filter((name) => known.has(name))
  return [
    ...come.map((name) => opens(TOPIC, `the site to the certificate of ${short(name)}`)),
    ...renewed.map((name) =>
      alters(TOPIC, `the certificate of ${short(name)} is renewed: hand it out anew`),
    ),
    ...gone.map((name) => closes(TOPIC, `the site to the certificate of ${short(name)}`)),
  ]
}
