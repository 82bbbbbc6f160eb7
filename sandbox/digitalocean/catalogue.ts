/**
 * What the provider sells: regions, sizes and images. Prices are the public list prices of
 * mid-2026 in US dollars; `GET /v2/sizes` of the real API is the truth.
 */

export interface Region {
  slug: string
  name: string
  features: string[]
  available: boolean
}

export interface Size {
  slug: string
  description: string
  /** MiB. */
  memory: number
  vcpus: number
  /** GiB. */
  disk: number
  /** TB of outgoing traffic a month. */
  transfer: number
  price_monthly: number
  price_hourly: number
  regions: string[]
  available: boolean
}

export interface Image {
  id: number
  /** Snapshots have none. */
  slug: string | null
  name: string
  distribution: string
  description: string
  /** Listed under `?type=application` rather than `?type=distribution`. */
  application: boolean
  /** GiB. */
  min_disk_size: number
  size_gigabytes: number
}

const REGION_NAMES: Record<string, string> = {
  nyc1: 'New York 1',
  nyc2: 'New York 2',
  nyc3: 'New York 3',
  sfo2: 'San Francisco 2',
  sfo3: 'San Francisco 3',
  ams3: 'Amsterdam 3',
  sgp1: 'Singapore 1',
  lon1: 'London 1',
  fra1: 'Frankfurt 1',
  tor1: 'Toronto 1',
  blr1: 'Bangalore 1',
  syd1: 'Sydney 1',
}

/** Regions that are full: they exist and take no new droplets. */
const FULL = new Set(['nyc2', 'sfo2'])

export const REGIONS: Region[] = Object.entries(REGION_NAMES).map(([slug, name]) => ({
  slug,
  name,
  features: ['backups', 'ipv6', 'metadata', 'install_agent', 'storage', 'image_transfer'],
  available: !FULL.has(slug),
}))

const OPEN = REGIONS.filter((region) => region.available).map((region) => region.slug)
/** The smallest size is sold in these only. */
const SMALLEST = ['ams3', 'fra1', 'nyc1', 'sfo3', 'sgp1', 'syd1']

type Row = [string, string, number, number, number, number, number, number, string[]?]

const SIZE_ROWS: Row[] = [
  ['s-1vcpu-512mb-10gb', 'Basic', 512, 1, 10, 0.5, 4, 0.00595, SMALLEST],
  ['s-1vcpu-1gb', 'Basic', 1024, 1, 25, 1, 6, 0.00893],
  ['s-1vcpu-1gb-amd', 'Basic AMD', 1024, 1, 25, 1, 7, 0.01042],
  ['s-1vcpu-1gb-intel', 'Basic Intel', 1024, 1, 25, 1, 7, 0.01042],
  ['s-1vcpu-2gb', 'Basic', 2048, 1, 50, 2, 12, 0.01786],
  ['s-1vcpu-2gb-amd', 'Basic AMD', 2048, 1, 50, 2, 14, 0.02083],
  ['s-1vcpu-2gb-intel', 'Basic Intel', 2048, 1, 50, 2, 14, 0.02083],
  ['s-2vcpu-2gb', 'Basic', 2048, 2, 60, 3, 18, 0.02679],
  ['s-2vcpu-2gb-amd', 'Basic AMD', 2048, 2, 60, 3, 21, 0.03125],
  ['s-2vcpu-4gb', 'Basic', 4096, 2, 80, 4, 24, 0.03571],
  ['s-2vcpu-4gb-amd', 'Basic AMD', 4096, 2, 80, 4, 28, 0.04167],
  ['s-2vcpu-4gb-intel', 'Basic Intel', 4096, 2, 80, 4, 28, 0.04167],
  ['c-2', 'CPU-Optimized', 4096, 2, 25, 4, 42, 0.0625],
  ['s-4vcpu-8gb', 'Basic', 8192, 4, 160, 5, 48, 0.07143],
  ['s-4vcpu-8gb-amd', 'Basic AMD', 8192, 4, 160, 5, 56, 0.08333],
  ['g-2vcpu-8gb', 'General Purpose', 8192, 2, 25, 4, 63, 0.09375],
  ['m-2vcpu-16gb', 'Memory-Optimized', 16384, 2, 50, 4, 84, 0.125],
  ['s-8vcpu-16gb', 'Basic', 16384, 8, 320, 6, 96, 0.14286],
]

export const SIZES: Size[] = SIZE_ROWS.map(
  ([slug, description, memory, vcpus, disk, transfer, monthly, hourly, regions]) => ({
    slug,
    description,
    memory,
    vcpus,
    disk,
    transfer,
    price_monthly: monthly,
    price_hourly: hourly,
    regions: regions ?? OPEN,
    available: true,
  }),
)

type ImageRow = [number, string, string, string, number, boolean?]

const IMAGE_ROWS: ImageRow[] = [
  [192463113, 'debian-13-x64', 'Debian', '13 x64', 7],
  [129211873, 'debian-12-x64', 'Debian', '12 x64', 7],
  [195932981, 'ubuntu-24-04-x64', 'Ubuntu', '24.04 (LTS) x64', 7],
  [129211999, 'ubuntu-22-04-x64', 'Ubuntu', '22.04 (LTS) x64', 7],
  [188372261, 'fedora-42-x64', 'Fedora', '42 x64', 15],
  [131441125, 'rockylinux-9-x64', 'Rocky Linux', '9 x64', 10],
  [133736752, 'centos-stream-9-x64', 'CentOS', '9 Stream x64', 10],
  [185227116, 'docker-20-04', 'Ubuntu', 'Docker on Ubuntu', 25, true],
]

export const IMAGES: Image[] = IMAGE_ROWS.map(
  ([id, slug, distribution, name, min_disk_size, application]) => ({
    id,
    slug,
    name,
    distribution,
    description: `${distribution} ${name}`,
    application: application ?? false,
    min_disk_size,
    size_gigabytes: Number((min_disk_size / 6).toFixed(2)),
  }),
)

/** The account's own image, made from debian-13-x64. */
export const SNAPSHOT: Image = {
  id: 12345,
  slug: null,
  name: 'a snapshot',
  distribution: 'Debian',
  description: '',
  application: false,
  min_disk_size: 7,
  size_gigabytes: 1.17,
}

export const regionBySlug = (slug: string): Region | undefined =>
  REGIONS.find((region) => region.slug === slug)

export const sizeBySlug = (slug: string): Size | undefined =>
  SIZES.find((size) => size.slug === slug)

/** By slug or by id, as the API takes them. */
export const findImage = (image: string | number): Image | undefined =>
  [...IMAGES, SNAPSHOT].find((each) => each.slug === image || String(each.id) === String(image))
