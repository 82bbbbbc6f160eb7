/** What a stranger can do in a new tenant, and cannot in one that was closed. */
import { type Observations, run } from './judge.ts'

let seen: Observations

beforeAll(async () => {
  seen = await run('sign-up.ts')
}, 120_000)

test('anybody registers with any address at the login page, and is logged in unverified', () => {
  expect(seen.page).toEqual({
    weak: { title: 'Sign up for Demo app', problem: 'That password is too weak.' },
    taken: {
      title: 'Sign up for Demo app',
      problem: 'We couldn’t sign you up. Try another address, or log in.',
    },
    claims: { email: 'carol@example.com', verified: false },
  })
})

test('the address’s owner gets a mail, whose link verifies once what a stranger has made', () => {
  expect(seen.mail).toEqual({
    to: 'carol@example.com',
    more: 0,
    titles: ['Email verified', 'This link does not work any more'],
    verified: true,
  })
})

test('the public endpoint does the same, for connections of the application alone', () => {
  expect(seen.endpoint).toEqual({
    told: { status: 200, email: 'dan@example.com', verified: false },
    again: [400, 'invalid_signup'],
    foreign: 'invalid_connection',
  })
})

test('a database whose sign-ups are disabled takes nobody, by neither way', () => {
  expect(seen.closed).toEqual({
    link: false,
    forced: 'access_denied',
    posted: 'public_signup_disabled',
    users: 0,
  })
})

test('tokens of an enterprise connection do not say whether the address is verified', () => {
  expect(seen.enterprise).toEqual({
    sub: 'samlp|corporate|ada@example.com',
    email: 'ada@example.com',
    verified: null,
  })
})
