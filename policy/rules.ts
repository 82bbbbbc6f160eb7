import type { Rule } from './rule.ts'
import { auth0ExactUrls } from './rules/auth0-exact-urls.ts'
import { auth0NoImplicitGrant } from './rules/auth0-no-implicit-grant.ts'
import { auth0Rs256 } from './rules/auth0-rs256.ts'
import { bucketPrivate } from './rules/bucket-private.ts'
import { databasePrivate } from './rules/database-private.ts'
import { ephemeralExpiry } from './rules/ephemeral-expiry.ts'
import { firewallAsConfigured } from './rules/firewall-as-configured.ts'
import { imageAge } from './rules/image-age.ts'
import { loginRequired } from './rules/login-required.ts'
import { monthlyCost } from './rules/monthly-cost.ts'
import { noSecretInUserData } from './rules/no-secret-in-user-data.ts'
import { requiredTags } from './rules/required-tags.ts'
import { sshFromAnywhere } from './rules/ssh-from-anywhere.ts'
import { sshKeysOnly } from './rules/ssh-keys-only.ts'
import { tlsRequired } from './rules/tls-required.ts'

/** Every rule of the pack; docs/policies.md tells what each is for. */
export const rules: Rule[] = [
  noSecretInUserData,
  sshKeysOnly,
  firewallAsConfigured,
  sshFromAnywhere,
  loginRequired,
  auth0ExactUrls,
  auth0NoImplicitGrant,
  auth0Rs256,
  tlsRequired,
  databasePrivate,
  bucketPrivate,
  requiredTags,
  monthlyCost,
  ephemeralExpiry,
  imageAge,
]
