/** Apps that know nothing of this project, built and asked as the host asks them. */
import { bringUp } from './support/app.ts'
import { QUICK } from './support/list.ts'

jest.setTimeout(300_000)

test.each(QUICK)('$name serves on PORT, ready as the proxy asks', bringUp)
