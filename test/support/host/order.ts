import { Agent } from 'node:https'
import acme from 'acme-client'

/**
 * Orders a certificate as Caddy does, by http-01, from a directory of the sandbox.
 * @param root what the directory's own certificate must chain to
 * @param answers where the challenges' answers are put for port 80, by path
 */
export async function order({
  directory,
  root,
  name,
  answers,
}: {
  directory: string
  root: string
  name: string
  answers: Map<string, string>
}): Promise<{ key: string; cert: string }> {
  const lookup = (_host: string, options: { all?: boolean }, done: CallableFunction) =>
    options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)
  acme.axios.defaults.httpsAgent = new Agent({ ca: root, keepAlive: false, lookup } as object)
  const client = new acme.Client({
    directoryUrl: directory,
    accountKey: await acme.crypto.createPrivateEcdsaKey(),
    backoffAttempts: 5,
    backoffMin: 200,
    backoffMax: 1000,
  })
  const [key, csr] = await acme.crypto.createCsr({ altNames: [name] })
  const cert = await client.auto({
    csr,
    termsOfServiceAgreed: true,
    skipChallengeVerification: true,
    challengePriority: ['http-01'],
    async challengeCreateFn(_authorization, { token }, answer) {
      answers.set(`/.well-known/acme-challenge/${token}`, answer)
    },
    async challengeRemoveFn(_authorization, { token }) {
      answers.delete(`/.well-known/acme-challenge/${token}`)
    },
  })
  return { key: key.toString(), cert }
}
