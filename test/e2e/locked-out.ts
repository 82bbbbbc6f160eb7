import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pulumi, root, sh } from './shell.ts'

/**
 * Locks its operator out by `sshFrom` and comes back in by the API, as the README says.
 * @param stackFile the settings that the stack is deployed with
 * @param onHost a command on the host through the printed ssh command
 */
export function lockedOutTests(
  stackFile: string,
  onHost: (command: string) => ReturnType<typeof sh>,
): void {
  test('who has locked himself out comes back in by the API, and the door is closed behind him', async () => {
    const file = join(root, stackFile)
    const settings = readFileSync(file, 'utf8')
    const up = () => pulumi(`up --yes --skip-preview --config-file ${stackFile}`)
    const others = settings.replace(/^ {2}sshFrom:.*\n(?: {4}.*\n)*/m, '').trimEnd()
    writeFileSync(file, `${others}\n  sshFrom: [192.0.2.0/24]\n`)
    const shut = await up()
    if (shut.code !== 0) {
      writeFileSync(file, settings)
      throw new Error(shut.output)
    }
    expect((await onHost('id -un')).output).not.toContain('admin\n')

    const opened = await sh('. .sandbox/env && ./padlock access open --stack dev --ttl 30m')
    expect(opened.output).toMatch(/may reach port 2222 of dev until/)
    expect((await onHost('id -un')).output).toContain('admin\n')
    writeFileSync(file, settings)
    const again = await up()
    if (again.code !== 0) throw new Error(again.output)
    const closed = await sh('. .sandbox/env && ./padlock access close --stack dev')
    expect(closed).toMatchObject({ code: 0, output: expect.stringContaining('closed: ') })
    expect((await onHost('id -un')).output).toContain('admin\n')
  })
}
