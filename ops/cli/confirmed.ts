/**
 * Does the person at the terminal answer with this word? Ctrl-C, Ctrl-D and the end of the input say no.
 * @throws Error where nobody can be asked
 */
export async function confirmed(question: string, word: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Error('there is no terminal to ask at. Fix: --yes')
  const { createInterface } = await import('node:readline')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await new Promise<string | undefined>((done) => {
    terminal.once('close', () => {
      // Else the shell's next line begins in this one.
      console.error()
      done(undefined)
    })
    terminal.question(question, (line) => {
      terminal.removeAllListeners('close').close()
      done(line)
    })
  })
  return answer?.trim() === word
}
