/** What the API sells, US dollars. */
export interface Prices {
  /** By slug. */
  sizes: Record<string, { monthly: number; hourly: number }>
}

/** A page of `GET /v2/sizes`, as far as prices go. */
export interface SizesPage {
  sizes: { slug: string; price_monthly: number; price_hourly: number }[]
}

export function pricesOf(pages: SizesPage[]): Prices {
  const rows = pages.flatMap(({ sizes }) => sizes)
  return {
    sizes: Object.fromEntries(
      rows.map(({ slug, price_monthly, price_hourly }) => [
        slug,
        { monthly: price_monthly, hourly: price_hourly },
      ]),
    ),
  }
}
