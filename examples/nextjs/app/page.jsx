import { headers } from 'next/headers'

export default async function Page() {
  const given = await headers()
  return <h1>{`nextjs at ${given.get('x-forwarded-proto')}://${given.get('host')}`}</h1>
}
