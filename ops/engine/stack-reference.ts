/**
 * The organisation of Pulumi Cloud whose stacks are meant, where it is not the one that commands
 * without an organisation mean (`pulumi org set-default`); a token of an organisation has no other.
 */
export const chosenOrganization = (): string | undefined =>
  process.env.PADLOCK_ORGANIZATION || undefined

/** A command of the engine with the stack that it names as `acme/pr-12`. */
export function withOrganization(args: string[], organization = chosenOrganization()): string[] {
  if (!organization) return args
  const at = args[0] === 'stack' && /^(select|init)$/.test(args[1] ?? '') ? 2 : -1
  return args.map((word, index) => {
    const names = index === at || args[index - 1] === '--stack'
    return names && !word.startsWith('-') && !word.includes('/') ? `${organization}/${word}` : word
  })
}

/**
 * The name of a stack as `pulumi stack ls` prints it, without the organisation that is meant.
 * @returns undefined for a stack of another one: a command without it would not find it
 */
export function nameIn(reference: string, organization = chosenOrganization()): string | undefined {
  const [owner, name] = reference.includes('/') ? reference.split('/') : [organization, reference]
  return owner === organization ? name : undefined
}
