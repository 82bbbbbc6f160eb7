/**
 * Has the person at the terminal said `yes`?
 * @throws Error where nobody can be asked
 */
export async function agreed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Error('there is no terminal to ask at. Fix: --yes')
  const { createInterface } = await import('node:readline/promises')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await terminal.question(`${question} Type yes: `)).trim() === 'yes'
  } finally {
    terminal.close()
  }
}
