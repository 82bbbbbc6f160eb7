/** The verbs on a thousand environments. */
import { manyEnvironmentsTests } from '../engine/support/many-environments.ts'

jest.setTimeout(300_000)
manyEnvironmentsTests(1_000, 10)
