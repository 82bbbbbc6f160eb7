import { golang } from './golang.ts'
import type { OwnImage } from './image.ts'
import { node } from './node.ts'
import { oauth2Proxy } from './oauth2-proxy.ts'
import { python } from './python.ts'

export { ensureImage } from './debian.ts'
export { python } from './python.ts'

/** The images that the sandbox can make, each when it is first asked for. */
export const ownImages: OwnImage[] = [python, node, golang, oauth2Proxy]
