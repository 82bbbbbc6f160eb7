/** The addresses of a machine's two cards, and what stands behind them. */

/** QEMU's user network: the machine, this computer as it sees it, and the name server. */
export const LAN = {
  mac: '52:54:00:0a:00:0f',
  network: '10.0.2.0/24',
  address: '10.0.2.15',
  netmask: '255.255.255.0',
  computer: '10.0.2.2',
  dns: '10.0.2.3',
}

/**
 * What a machine has of its droplet's private network: one address, over which it reaches what this
 * computer has at `here` (`filterOutbound` carries it there). Which droplet may is not asked here.
 */
export const VPC = { address: '10.255.255.25', here: '127.0.0.3' }

/**
 * A second card with a network of its own for the metadata service. Without it, requests to that
 * address would leave through this computer, and on a cloud machine reach its own metadata.
 */
export const METADATA = {
  mac: '52:54:00:a9:fe:0f',
  network: '169.254.169.0/24',
  host: '169.254.169.1',
  dns: '169.254.169.3',
  address: '169.254.169.15',
  netmask: '255.255.255.0',
  service: '169.254.169.254',
}
