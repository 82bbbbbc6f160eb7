/** Somebody who can log in at the simulated issuer; the password is everybody's. */
export interface Person {
  /** The claim `sub`; Google's are numbers. */
  sub: string
  email: string
  name: string
  /** Absent where the issuer says nothing of it. */
  email_verified?: boolean
  /** Google's: the domain of the organisation that the account belongs to. */
  hd?: string
}

export const PASSWORD = 'sandbox'

export const PEOPLE: Person[] = [
  person('1', 'ada@example.com', 'Ada Lovelace', { email_verified: true, hd: 'example.com' }),
  person('2', 'mallory@example.com', 'Mallory', { email_verified: true, hd: 'example.com' }),
  person('3', 'eve@example.com', 'Eve', { email_verified: false }),
  person('4', 'grace@example.com', 'Grace Hopper', {}),
]

function person(digit: string, email: string, name: string, more: Partial<Person>): Person {
  return { sub: digit.padStart(21, '1'), email, name, ...more }
}

/** Claims by scope; the rest of what a person is stays with the issuer. */
export const CLAIMS = {
  openid: ['sub'],
  profile: ['name'],
  email: ['email', 'email_verified', 'hd'],
}
