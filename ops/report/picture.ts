import { FIRST_BOOT } from './difference.ts'
import { isComponent, isProvider, type Operation, type Resource, within } from './resources.ts'
import { visible } from './visible.ts'

/** Most boxes of a picture; beyond them it is not small. */
const MOST = 16

interface Part {
  id: string
  label: string
  /** Arrows to it. */
  from: string[]
  /** Where none of those is there. */
  otherwise?: string[]
  /** Kinds whose fate is the part's, the first that is there; the others merely change it. */
  main: string[]
  /** Which resources it stands for. */
  holds(resource: Resource): boolean
}

const inside = (component: string) => (one: Resource) =>
  within(one) === component || one.type === `padlock:index:${component}`
const kinds =
  (...names: string[]) =>
  (one: Resource) =>
    names.includes(one.kind)

/** A deployment from the visitor inwards; the first part that holds a resource shows it. */
const PARTS: Part[] = [
  {
    id: 'name',
    label: 'DNS',
    from: ['visitor'],
    main: ['Domain', 'DnsRecord'],
    holds: kinds('Domain', 'DnsRecord'),
  },
  {
    id: 'ip',
    label: 'reserved IP',
    from: ['name'],
    main: ['ReservedIp'],
    holds: kinds('ReservedIp', 'ReservedIpAssignment'),
  },
  {
    id: 'firewall',
    label: 'firewall',
    from: ['ip'],
    otherwise: ['name'],
    main: ['Firewall'],
    holds: kinds('Firewall'),
  },
  {
    id: 'droplet',
    label: 'droplet',
    from: ['firewall'],
    main: ['Droplet'],
    holds: inside('Host'),
  },
  {
    id: 'software',
    label: 'host software',
    from: ['droplet'],
    main: ['remote:Command'],
    holds: inside('Packages'),
  },
  {
    id: 'proxy',
    label: 'reverse proxy',
    from: ['droplet'],
    main: ['remote:Command'],
    holds: inside('Site'),
  },
  {
    id: 'app',
    label: 'app',
    from: ['droplet'],
    main: ['remote:Command'],
    holds: inside('Release'),
  },
  {
    id: 'login',
    label: 'Auth0 application',
    from: ['app'],
    main: ['Client'],
    holds: inside('Identity'),
  },
]
/** Has no box: it serves the others. */
const UNSEEN = /^(Tag|Project|PrivateKey|SshKey|RandomPassword|local:Command)$/

const STYLES = [
  ['created', 'stroke:#1a7f37,stroke-width:3px'],
  ['changed', 'stroke:#9a6700,stroke-width:3px'],
  ['replaced', 'stroke:#cf222e,stroke-width:3px'],
  ['deleted', 'stroke:#cf222e,stroke-width:3px,stroke-dasharray:6 4'],
]

/** A Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html) with the changed parts marked. */
export function picture(all: Resource[]): string {
  const real = all.filter((one) => !isProvider(one))
  const boxes = PARTS.flatMap((part) => {
    const held = real.filter((one) => part === PARTS.find((each) => each.holds(one)))
    return held.some((one) => !isComponent(one)) ? [{ ...part, held }] : []
  })
  const others = real.filter(
    (one) => !isComponent(one) && !UNSEEN.test(one.kind) && !PARTS.some((part) => part.holds(one)),
  )
  for (const [index, one] of others.slice(0, MOST - boxes.length).entries()) {
    const label = `${one.kind} ${one.name}`
    boxes.push({
      id: `other${index}`,
      label,
      from: [],
      main: [one.kind],
      holds: () => false,
      held: [one],
    })
  }
  const ids = new Set(['visitor', ...boxes.map(({ id }) => id)])
  const lines = boxes.flatMap(({ id, label, from, otherwise = [], main, held }) => {
    const { mark, words } = state(held, main)
    const box = `  ${id}["${quoted(words ? `${label}: ${words}` : label)}"]${mark ? `:::${mark}` : ''}`
    const arrows = [from, otherwise].map((some) => some.filter((each) => ids.has(each)))
    const [shown = []] = arrows.filter((some) => some.length > 0)
    return [box, ...shown.map((each) => `  ${each} --> ${id}`)]
  })
  return [
    'flowchart LR',
    '  visitor([visitor])',
    ...lines,
    ...STYLES.filter(([mark]) => lines.some((line) => line.endsWith(`:::${mark}`))).map(
      ([mark, style]) => `  classDef ${mark} ${style}`,
    ),
  ].join('\n')
}

const MARKS: Record<Operation, string> = {
  replace: 'replaced',
  delete: 'deleted',
  create: 'created',
  update: 'changed',
  same: '',
}

/** What happens to a part; said in words too, as not everybody sees the colour. */
function state(held: Resource[], kinds: string[]): { mark: string; words: string } {
  const main = kinds.flatMap((kind) => held.filter((one) => one.kind === kind))[0]
  const touched = held.some(({ operation }) => operation !== 'same')
  if (main?.operation === 'delete' && main.retained)
    return { mark: '', words: 'stays in the account' }
  const mark = MARKS[main?.operation ?? 'same'] || (touched ? 'changed' : '')
  const reasons = [...(main?.reasons ?? []), ...(main?.triggered ? [FIRST_BOOT] : [])]
  const why = main?.operation === 'create' ? '' : reasons.slice(0, 3).join(', ')
  return { mark, words: mark && why ? `${mark} (${why})` : mark }
}

/** Mermaid ends a text at a quote and takes # for an entity. */
const quoted = (text: string) =>
  visible(text)
    .slice(0, 80)
    .replace(/[#"<>`]/g, '·')
