import { readFile } from 'node:fs/promises'
import type { Accelerator } from './accelerator.ts'
import { LAN, METADATA } from './network.ts'
import { DISK_SIGNATURE } from './recipe.ts'
import { type VolumeDisk, volumeArguments } from './volume-disk.ts'

/** What changes from one machine to the next. All files are relative to the machine's folder. */
export interface Hardware {
  id: number
  uuid: string
  vcpus: number
  memoryMiB: number
  /** Absolute path of the kernel. */
  kernel: string
  /** Shell command line that serves one metadata connection on its standard input and output. */
  metadataCommand: string
  accelerator: Accelerator
  /** What is attached at the start; their files are named by absolute paths. */
  volumes: VolumeDisk[]
}

/** Emulated code is kept in a cache of this size; half of it is as fast and 350 MiB smaller. */
const CODE_CACHE_MIB = 256

/** Debian's kernel panics under emulation on a processor that has cmpxchg16b. */
const EMULATED = 'Nehalem,-cx16'

/** QEMU's arguments for the accelerator and the processor that goes with it. */
export function processor(accelerator: Accelerator): string[] {
  return accelerator === 'tcg'
    ? ['-accel', `tcg,thread=multi,tb-size=${CODE_CACHE_MIB}`, '-cpu', EMULATED]
    : ['-accel', accelerator, '-cpu', 'host']
}

/** Kernel arguments that spare an emulated processor work which makes no difference to a guest. */
const EMULATED_KERNEL = [
  ...['tsc=reliable', 'no_timer_check', 'nokaslr', 'init_on_alloc=0'],
  // A change in a huge page empties all of QEMU's translated addresses: a tenth of the time.
  'transparent_hugepage=never',
  // Seen once in some hundred boots of two emulated processors: one still runs an instruction (int3)
  // that the other has patched away. Such a guest starts again.
  ...['oops=panic', 'panic=1'],
]

/** QEMU's command line for a machine; to be started in the machine's folder. */
export function commandLine(hardware: Hardware): string[] {
  const { id, uuid, vcpus, memoryMiB, kernel, accelerator } = hardware
  const root = `PARTUUID=${DISK_SIGNATURE}-01`
  const append = [
    ...[`root=${root}`, 'rootwait', 'rootfstype=ext4', 'rootflags=noinit_itable', 'rw'],
    ...['console=hvc0', 'net.ifnames=0', 'mitigations=off', 'audit=0', 'random.trust_cpu=on'],
    ...['quiet', 'loglevel=3', 'systemd.show_status=0'],
    ...(accelerator === 'tcg' ? EMULATED_KERNEL : []),
  ]
  return [
    ...['-name', `droplet-${id}`, '-uuid', uuid],
    ...['-machine', 'q35', ...processor(accelerator), '-smp', `${vcpus}`, '-m', `${memoryMiB}`],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-rtc', 'base=utc'],
    // What dmidecode says on a droplet, and what cloud-init recognises one by.
    ...['-smbios', `type=1,manufacturer=DigitalOcean,product=Droplet,serial=${id}`],
    ...['-kernel', kernel, '-append', append.join(' ')],
    ...['-chardev', 'file,id=console,path=console.log,append=on'],
    ...['-device', 'virtio-serial-pci', '-device', 'virtconsole,chardev=console'],
    ...['-qmp', 'unix:qmp.sock,server=on,wait=off'],
    // The kernel has NVMe built in, so that it needs no initrd to reach its disk.
    ...['-drive', 'id=disk,if=none,file=disk.qcow2,cache=unsafe,aio=threads,discard=unmap'],
    ...['-drive', 'id=seed,if=none,file=seed.iso,format=raw,readonly=on'],
    ...['-device', 'nvme,id=nvme,serial=droplet', '-device', 'nvme-ns,drive=disk,bus=nvme,nsid=1'],
    ...['-device', 'nvme-ns,drive=seed,bus=nvme,nsid=2'],
    ...volumeArguments(hardware.volumes),
    ...wiredNetwork(),
    ...['-netdev', metadataNetwork(hardware.metadataCommand)],
    ...['-device', `virtio-net-pci,netdev=metadata,mac=${METADATA.mac},romfile=`],
    ...['-device', 'virtio-rng-pci'],
  ]
}

/** The two ends of the machine's wire, which the sandbox joins: its card, and its network. */
export const WIRE = { card: 'wire-card.sock', network: 'wire-network.sock' }

/**
 * QEMU's user network, and the machine's card: joined by the sandbox, so that it can filter. Not by
 * QEMU's filter-redirector, which stops all of QEMU where its reader is slow (7.2, chr_write_lock).
 */
function wiredNetwork(): string[] {
  const end = (id: string, path: string) =>
    `stream,id=${id},server=on,addr.type=unix,addr.path=${path}`
  return [
    ...['-netdev', end('card', WIRE.card)],
    ...['-device', `virtio-net-pci,netdev=card,mac=${LAN.mac},romfile=`],
    ...['-netdev', `user,id=lan,ipv6=off,net=${LAN.network}`],
    ...['-netdev', end('wire', WIRE.network)],
    ...['-netdev', 'hubport,id=lan-port,hubid=0,netdev=lan'],
    ...['-netdev', 'hubport,id=wire-port,hubid=0,netdev=wire'],
  ]
}

/** `restrict`: this network leads nowhere but to the service. A comma is doubled in an option. */
function metadataNetwork(command: string): string {
  const { network, host, dns, service } = METADATA
  return [
    ...['user', 'id=metadata', 'ipv6=off', 'restrict=on', `net=${network}`, `host=${host}`],
    ...[`dns=${dns}`, `guestfwd=tcp:${service}:80-cmd:${command.replaceAll(',', ',,')}`],
  ].join(',')
}

/** The end of what QEMU printed, for an error. */
export async function lastWords(log: string): Promise<string> {
  const text = await readFile(log, 'utf8').catch(() => '')
  return text.trim().split('\n').slice(-5).join('\n') || 'it printed nothing'
}
