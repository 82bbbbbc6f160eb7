import { type Account, startAccount } from './account.ts'

let account: Account
beforeAll(async () => {
  account = await startAccount()
  for (let number = 0; number < 45; number++) {
    await account.call('POST', '/tags', { name: `tag-${String(number).padStart(2, '0')}` })
  }
})
afterAll(() => account.end())

const get = async (query: string) => {
  const { body } = await account.call('GET', `/tags${query}`)
  return {
    names: body.tags.map(({ name }: { name: string }) => name.slice(4)),
    pages: body.links.pages,
    total: body.meta.total,
  }
}
const link = (page: number, perPage = 20) =>
  `${account.api.url}/v2/tags?page=${page}&per_page=${perPage}`

test('20 a page, with links to the pages around', async () => {
  const [first, second, third] = [await get(''), await get('?page=2'), await get('?page=3')]
  expect([first, second, third].map(({ names }) => names.length)).toEqual([20, 20, 5])
  expect(first.names[0] + second.names[0] + third.names[4]).toBe('002044')
  expect([first.total, third.total]).toEqual([45, 45])
  expect(first.pages).toEqual({ next: link(2), last: link(3) })
  expect(second.pages).toEqual({ first: link(1), prev: link(1), next: link(3), last: link(3) })
  expect(third.pages).toEqual({ first: link(1), prev: link(2) })
})

test('one page has no links', async () => {
  expect(await get('?per_page=200')).toMatchObject({ pages: undefined, total: 45 })
})

test('beyond the end is empty, and odd numbers count as none', async () => {
  expect((await get('?page=9')).names).toEqual([])
  expect((await get('?page=0&per_page=x')).names).toHaveLength(20)
})

test('filters stay in the links', async () => {
  await account.droplet({ tags: ['tag-00'] })
  await account.droplet({ tags: ['tag-00'] })
  const { body } = await account.call('GET', '/droplets?tag_name=tag-00&per_page=1')
  expect(body.links.pages.next).toBe(
    `${account.api.url}/v2/droplets?tag_name=tag-00&per_page=1&page=2`,
  )
})
