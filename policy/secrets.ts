/** What a secret looks like: for the rule on user data, for the masks of reports and of CI's logs. */

/** Texts that are secrets whoever they belong to, by what their issuers say they look like; cut off too. */
export const SECRET_SHAPES: { what: string; shape: RegExp }[] = [
  // https://docs.digitalocean.com/reference/api/create-personal-access-token/
  { what: 'a DigitalOcean token', shape: /\bdo[oprt]_v1_[0-9a-f]{16,}/ },
  // https://github.blog/engineering/behind-githubs-new-authentication-token-formats/
  { what: 'a GitHub token', shape: /\b(?:gh[pousr]|github_pat)_\w{20,}/ },
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
  { what: 'an AWS access key', shape: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/ },
  // https://www.pulumi.com/docs/administration/access-identity/access-tokens/
  { what: 'a Pulumi access token', shape: /\bpul-[0-9a-f]{40}\b/ },
  // RFC 7515 section 3.1, RFC 7516 section 3.1: a JSON object in base64url begins with eyJ.
  { what: 'a JSON web token', shape: /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w.-]*/ },
  // RFC 7468.
  {
    what: 'a private key',
    shape: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/,
  },
  // RFC 3986 section 3.2.1.
  { what: 'a password in a URL', shape: /(?<=:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/ },
]

/** Names of lists of names, methods and paths are not those of values. */
const PUBLIC = /(names|method|type|lifetime|expiration|algorithm|public_?key|_dir|_file|_path)$/i
const SECRET = /secret|passw|token|private_?key|passphrase|api_?key|access_?key|credential/i

/**
 * Does a thing of this name hold a secret?
 * @param name of a property, of an environment variable, or the path of a configuration key
 */
export const isSecretName = (name: string): boolean => SECRET.test(name) && !PUBLIC.test(name)
