/** What a server says of a key that it does not know, or does not know yet. */
const REFUSALS = ['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'AccessDenied', 'Forbidden']
/** DigitalOcean gives no figure for how long a new key of Spaces is unknown (docs/unverified.md). */
const SECONDS = 60
const PAUSE_MS = 1000

/** An error of the AWS SDK. */
interface Answer extends Error {
  $metadata?: { httpStatusCode?: number }
}

const isRefused = ({ name, $metadata }: Answer): boolean =>
  REFUSALS.includes(name) || $metadata?.httpStatusCode === 403

/**
 * Asks with a key that was made a moment ago, again and again for as long as it is refused.
 * @param ask rejects with an error of the AWS SDK
 * @throws what `ask` rejects with: at once where that is no refusal, and of the last one after `seconds`
 */
export async function untilKnown<T>(ask: () => Promise<T>, seconds = SECONDS): Promise<T> {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!isRefused(error as Answer) || Date.now() > deadline) throw error
    }
    await new Promise((done) => setTimeout(done, PAUSE_MS))
  }
}
