/** The apps of others whose toolchains take longer: see test/examples/apps.test.ts. */
import { bringUp } from '../examples/support/app.ts'
import { SLOW } from '../examples/support/list.ts'

jest.setTimeout(900_000)

test.each(SLOW)('$name serves on PORT, ready as the proxy asks', bringUp)
