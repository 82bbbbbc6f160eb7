/** The login of the reference app in a container of this computer; prints observations. */
import { join } from 'node:path'
import { forgetLaptop, laptopEnvironment } from '../../../sandbox/deployment/laptop.ts'
import { bench, MANAGEMENT, observe } from './harness.ts'

const run = await bench()
const sandbox = {
  auth0: { domain: run.tenant.domain, customDomain: run.tenant.customDomain },
  // As bench() has it.
  ca: join(run.dir, 'ca', 'root.pem'),
}
const credentials = { auth0: MANAGEMENT }
const laptops = () =>
  run.tenant
    .inventory()
    .filter(({ name }) => name === 'laptop')
    .map(({ id }) => id)

const seen = await observe({
  async first() {
    const environment = await laptopEnvironment(sandbox, credentials, 8000)
    return { domain: run.tenant.domain, environment, laptops: laptops() }
  },
  async second() {
    const environment = await laptopEnvironment(sandbox, credentials, 9000)
    return { environment, laptops: laptops() }
  },
  async forgotten() {
    await forgetLaptop(sandbox, credentials)
    return laptops()
  },
})
await run.end()
console.log(JSON.stringify(seen))
