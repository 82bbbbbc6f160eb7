/** Enough environments for a second page of everything; `test/long` has a thousand. */
import { manyEnvironmentsTests } from '../support/many-environments.ts'

jest.setTimeout(300_000)
manyEnvironmentsTests(210, 3)
