/** US dollars a month by slug. */
export interface Prices {
  /** Of droplets, as the API sells them. */
  sizes: Record<string, number>
  /** Of sizes that no list has, a database's among them (`policy/stated-prices.ts`). */
  stated?: Record<string, number>
}

/** A row of `GET /v2/sizes`, as far as prices go. */
export interface SizeRow {
  slug: string
  price_monthly: number
}

export function pricesOf(rows: SizeRow[], stated: Prices['stated'] = {}): Prices {
  return { sizes: Object.fromEntries(rows.map((row) => [row.slug, row.price_monthly])), stated }
}
