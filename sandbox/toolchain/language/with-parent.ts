/** Loaded into a policy pack's process before the pack: a server would outlive a killed host. */
import { exitWithParent } from '../parent.ts'

exitWithParent()
