import { gunzipSync } from 'node:zlib'
import { parse } from 'yaml'

export interface UserData {
  /** The cloud-config document without its files; undefined for anything else, such as a script. */
  config?: Record<string, unknown>
  /** The files that it writes, decoded. */
  files: { path: string; content: string }[]
  /** The text as a whole. */
  text: string
}

/** Reads user data as cloud-init would (https://docs.cloud-init.io/en/latest/explanation/format/). */
export function readUserData(text: string): UserData {
  const document = text.startsWith('#cloud-config') ? parsed(text) : undefined
  if (!document) return { files: [], text }
  const { write_files: files = [], ...config } = document
  return { config, files: Array.isArray(files) ? files.map(decoded) : [], text }
}

// biome-ignore lint/suspicious/noExplicitAny: what a user may write
function parsed(text: string): any {
  try {
    const document = parse(text)
    return typeof document === 'object' && document !== null ? document : undefined
  } catch {
    return undefined
  }
}

/** The encodings of the module write_files: `b64`, `gz`, `gz+b64` and their longer names. */
function decoded(file: { path?: unknown; content?: unknown; encoding?: unknown }) {
  const { content = '', encoding = '' } = file
  const isBase64 = typeof content === 'string' && /b64|base64/.test(String(encoding))
  let bytes: Buffer = isBase64
    ? Buffer.from(content, 'base64')
    : Buffer.from(content as string | Uint8Array)
  if (/gz/.test(String(encoding))) bytes = gunzipSync(bytes)
  return { path: String(file.path), content: bytes.toString() }
}
