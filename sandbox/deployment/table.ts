/** What a person needs to know of a deployment that is up. */
export function summary(outputs: Record<string, string>, root: string): string {
  const rows = [
    ['open', outputs.url ?? ''],
    ['log in as', 'ada@example.com, password sandbox (mallory@example.com is refused)'],
    ['certificate', `trust ${root} in your browser, once`],
    ['ssh', '. .sandbox/env && ./padlock ssh --stack dev'],
    ['with pulumi', '. .sandbox/env && pulumi preview --stack dev'],
    ['tear down', 'make down'],
  ]
  return rows.map(([name = '', value]) => `  ${name.padEnd(12)} ${value}`).join('\n')
}
