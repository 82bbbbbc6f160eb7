import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { statedPrices } from '../../policy/stated-prices.ts'
import { OFFICIAL } from '../accounts/place.ts'
import { type Judged, judgedPreview } from '../preview/judged.ts'
import { fetchPrices, mayHaveToken } from '../preview/sizes.ts'
import { json } from '../report/json.ts'
import { markdown } from '../report/markdown.ts'
import { type Preview, readPreview } from '../report/preview.ts'
import { type Prices, pricesOf } from '../report/prices.ts'
import { report } from '../report/report.ts'
import { text } from '../report/text.ts'
import { stops } from '../report/violation.ts'

const FORMATS = { markdown, json, text }
const OVER_BUDGET = 3

export const help = `padlock preview (--stack NAME | --from FILE) [--format markdown|json|text]
                [--budget DOLLARS] [--prices FILE] [--out FILE]

What \`pulumi up\` would do, as a reviewer wants to read it: downtime, what changes and why,
what it costs, what it opens and closes, what the policies say of it. Changes nothing.

  --stack    a stack of the backend that you are logged in to; in the sandbox: . .sandbox/env
  --format   text (the default), markdown for a comment on a pull request, or json
  --budget   dollars a month that the stack may cost
  --from     a saved preview instead of a new one, shown but not judged by the policies;
             of an update, a destroy or a drift:
               pulumi preview --json --show-sames > FILE
               pulumi destroy --preview-only --json > FILE
               pulumi refresh --preview-only --json > FILE
  --prices   saved prices, as GET /v2/sizes gives them, instead of asking for them
  --out      a file to write instead of standard output

Prices come from the stack's digitalocean:apiEndpoint, with DIGITALOCEAN_TOKEN; without it
the cost is unknown. Secrets are masked in every format.

Examples
  ./padlock preview --stack production                    in the terminal
  ./padlock preview --stack production --budget 20        fails where it would cost more
  ./padlock preview --from saved.json --format markdown   the comment for a saved preview

Exit code 0: reported. 1: the preview fails, or a policy stops it, and the report says why.
2: a wrong command line. 3: over the budget, or a price is unknown that it depends on.`

interface Options {
  /** Only a saved preview may do without. */
  stack?: string
  format: keyof typeof FORMATS
  budget?: number
  from?: string
  prices?: string
  out?: string
}

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const options = read(args)
  if (typeof options === 'string') {
    console.error(`padlock preview: ${options}\n\n${help}`)
    return 2
  }
  const { preview, violations } = await judged(options)
  const prices = await pricesFor(options, preview)
  const { budget, stack } = options
  const found = report(preview, { prices, budget, stack, violations })
  const written = FORMATS[options.format](found)
  if (options.out) await writeFile(options.out, written)
  else process.stdout.write(written)
  if (found.budget?.exceeded) console.error(`padlock preview: ${found.budget.exceeded}`)
  if (found.headline.kind === 'failed' || found.policies.some(stops)) return 1
  return found.budget?.exceeded ? OVER_BUDGET : 0
}

/** The command line, or what is wrong with it. */
function read(args: string[]): Options | string {
  let values: Record<string, string | undefined>
  try {
    const option = { type: 'string' } as const
    values = parseArgs({
      args,
      options: {
        stack: option,
        format: option,
        budget: option,
        from: option,
        prices: option,
        out: option,
      },
    }).values
  } catch (error) {
    return (error as Error).message
  }
  const { stack, format = 'text', budget, from, prices, out } = values
  if (!stack && !from) return 'which stack? --stack NAME, or --from FILE'
  if (!(format in FORMATS)) {
    return `--format is "${format}". Allowed: ${Object.keys(FORMATS).join(', ')}`
  }
  if (budget !== undefined && !/^\d+(\.\d+)?$/.test(budget)) {
    return `--budget is "${budget}". Allowed: dollars a month, such as 20 or 12.50`
  }
  return {
    stack,
    format: format as Options['format'],
    ...(budget !== undefined && { budget: Number(budget) }),
    from,
    prices,
    out,
  }
}

async function judged({ from, stack = '' }: Options): Promise<Judged> {
  if (!from) return judgedPreview(stack)
  return { preview: readPreview(await contents(from, '--from'), from), violations: [] }
}

/** Without a token there is a report all the same, and it says that the cost is unknown. */
async function pricesFor(options: Options, preview: Preview): Promise<Prices | undefined> {
  if (options.prices) {
    return pricesOf(JSON.parse(await contents(options.prices, '--prices')).sizes, statedPrices())
  }
  const token = process.env.DIGITALOCEAN_TOKEN
  const endpoint =
    preview.config?.['digitalocean:apiEndpoint'] || process.env.DIGITALOCEAN_API_URL || OFFICIAL
  if (!token) {
    console.error('padlock preview: the cost is unknown: set DIGITALOCEAN_TOKEN, or --prices FILE')
    return undefined
  }
  if (options.from && !mayHaveToken(endpoint)) {
    console.error(
      `padlock preview: the cost is unknown: ${options.from} names the endpoint ${endpoint}, which gets no token from a saved preview; --prices FILE`,
    )
    return undefined
  }
  try {
    return await fetchPrices(endpoint, token)
  } catch (error) {
    console.error(`padlock preview: the cost is unknown: ${(error as Error).message}`)
    return undefined
  }
}

async function contents(path: string, option: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: Error) => {
    throw new Error(`${option} ${path} cannot be read: ${error.message}`)
  })
}
