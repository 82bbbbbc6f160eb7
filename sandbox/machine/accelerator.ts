import { spawn } from 'node:child_process'
import { access, constants, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** KVM on Linux, Apple's Hypervisor.framework on macOS, or software emulation. */
export type Accelerator = 'kvm' | 'hvf' | 'tcg'

/** A kernel that really runs reaches its panic in about a second. */
const PROBE_TIMEOUT_MS = 8000

/**
 * The accelerator that works here. A device file proves little (seen: a machine that has /dev/kvm
 * and no VMX or SVM, where a guest crawls for seconds and then fails at an instruction), so the
 * guest's own kernel is booted without a disk: only one that gets as far as missing its root file
 * system counts.
 */
export async function chooseAccelerator(qemu: string, kernel: string): Promise<Accelerator> {
  const native = await candidate()
  return native && (await boots(qemu, kernel, native)) ? native : 'tcg'
}

async function candidate(): Promise<'kvm' | 'hvf' | undefined> {
  if (process.arch !== 'x64') return undefined
  if (process.platform === 'darwin') return 'hvf'
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK)
    return /^flags.*\b(vmx|svm)\b/m.test(await readFile('/proc/cpuinfo', 'utf8'))
      ? 'kvm'
      : undefined
  } catch {
    return undefined
  }
}

async function boots(qemu: string, kernel: string, accelerator: Accelerator): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'probe-'))
  try {
    const child = spawn(
      qemu,
      [
        ...['-machine', 'q35', '-accel', accelerator, '-cpu', 'host', '-smp', '2', '-m', '256'],
        ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-kernel', kernel],
        ...['-append', 'console=hvc0 loglevel=3 root=/dev/none panic=-1'],
        ...['-chardev', 'file,id=console,path=console', '-device', 'virtio-serial-pci'],
        ...['-device', 'virtconsole,chardev=console'],
      ],
      { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    const timer = setTimeout(() => child.kill('SIGKILL'), PROBE_TIMEOUT_MS)
    // QEMU says so at once and then waits for a debugger that never comes.
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (/internal error/i.test(text)) child.kill('SIGKILL')
    })
    await new Promise((done) => child.once('error', done).once('close', done))
    clearTimeout(timer)
    const console = await readFile(join(folder, 'console'), 'utf8').catch(() => '')
    return console.includes('Kernel panic')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
