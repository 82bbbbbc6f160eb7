import type { ReportViolation } from '@pulumi/policy'
import * as pulumi from '@pulumi/pulumi'
import { DATABASE_SIZES, isBucket, price as priceOf, SIZES } from '../prices.ts'
import { known, type Rule } from '../rule.ts'

const LIMIT = 50

interface Settings {
  /** US dollars a month. Default: 50. */
  limit?: number
  /** Prices of sizes that the list lacks, US dollars a month. */
  prices?: Record<string, number>
}

interface Priced {
  type: string
  name: string
  // biome-ignore lint/suspicious/noExplicitAny: the properties of any type
  props: Record<string, any>
}

export const monthlyCost: Rule = {
  name: 'monthly-cost',
  description: 'The stack stays within what it may cost a month.',
  configSchema: {
    properties: {
      limit: { type: 'number', minimum: 0, default: LIMIT },
      prices: { type: 'object', default: {} },
    },
  },
  // An update stops before it makes what alone is too dear; a preview names the sum only.
  validateResource: (args, report) => {
    if (!pulumi.runtime.isDryRun()) judge([args], args.getConfig(), report)
  },
  validateStack: (args, report) => judge(args.resources, args.getConfig(), report),
}

function judge(resources: Priced[], settings: Settings, report: ReportViolation): void {
  const { limit = LIMIT, prices: more = {} } = settings
  const sizes = { ...SIZES, ...more }
  const databases = { ...DATABASE_SIZES, ...more }
  let sum = 0
  let subscribed = false
  const items: string[] = []
  for (const { type, name, props } of resources) {
    const title = `${type.split(':').at(-1)} ${name}`
    const price = priceOf(type, props, { sizes, databases, subscribed })
    subscribed ||= isBucket(type)
    if (!price) {
      const size = known(() => props.size)
      report(
        `No price is known for ${title}${size ? ` (${size})` : ''}. Add it to monthly-cost.prices in policy/settings.json or to policy/prices.ts.`,
      )
    } else if (price.monthly > 0) {
      sum += price.monthly
      items.push(`${title} ${dollars(price.monthly)}`)
    }
  }
  if (sum > limit)
    report(
      `It costs ${dollars(sum)} a month, the limit is ${dollars(limit)}: ${items.join(', ')}. Make it smaller, or raise monthly-cost.limit in policy/settings.json.`,
    )
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`
}
