/** What the engine starts for `--policy-pack policy`. */
import { PolicyPack } from '@pulumi/policy'
import { rules } from './rules.ts'

// A rule stops an update unless settings.json makes it advisory.
new PolicyPack('padlock', { enforcementLevel: 'mandatory', policies: rules })
