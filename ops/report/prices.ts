/** What the API sells. */
export interface Prices {
  /** US dollars a month by slug. */
  sizes: Record<string, number>
}

/** A row of `GET /v2/sizes`, as far as prices go. */
export interface SizeRow {
  slug: string
  price_monthly: number
}

export function pricesOf(rows: SizeRow[]): Prices {
  return { sizes: Object.fromEntries(rows.map((row) => [row.slug, row.price_monthly])) }
}
