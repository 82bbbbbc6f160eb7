import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import * as pulumi from '@pulumi/pulumi'
import * as tls from '@pulumi/tls'
import type { AuthoritySettings } from '../config/settings.ts'
import { onceKnown } from './place.ts'

export interface AuthorityArgs extends AuthoritySettings {
  /** The site's name, which its certificate is for. */
  host: pulumi.Input<string>
  /** Further names that it is for. */
  aliases?: { hostname: string }[]
}

/** A certificate and its private key, PEM. */
export interface Pair {
  certificate: pulumi.Output<string>
  key: pulumi.Output<string>
}

/** What the host needs to know whom to trust, PEM. */
export interface TrustedClients {
  root: pulumi.Output<string>
  /** Exactly the certificates that are trusted, one after the other. */
  certificates: pulumi.Output<string>
  /** Theirs, SHA-256 in lower-case hex. */
  fingerprints: pulumi.Output<string[]>
}

/** What `clientAuth: require` lets the probe in with; no name of a client. */
export const PROBE = 'padlock-probe'

/**
 * Hours that a certificate is valid, and how long before its end an update makes a new one, which the
 * host then trusts in the place of the former one.
 */
export const ROOT = { validityPeriodHours: 10 * 8760, earlyRenewalHours: 8760 }
/** Below the 398 days that browsers grant a server's certificate. */
export const SERVER = { validityPeriodHours: 9504, earlyRenewalHours: 2880 }
export const CLIENT = { validityPeriodHours: 8760, earlyRenewalHours: 1440 }

/** X.520 allows a common name 64 characters. */
const NAME_LENGTH = 64

/**
 * The stack's own certificate authority (X.509 version 3, ECDSA P-256): signs the site's certificate
 * where `tls` is `private`, and one certificate for each name of `clientCertificates`. Everything is
 * made by the tls plugin and kept in the state, keys as secrets; an update renews what nears its end.
 */
export class Authority extends pulumi.ComponentResource {
  /** PEM; what browsers and clients are to trust. */
  readonly root: pulumi.Output<string>
  /** The site's certificate and key; absent where another authority signs it. */
  readonly server?: Pair
  /** By name. */
  readonly clients: Record<string, Pair>
  /** What the probe shows; absent where nobody must show one. */
  readonly probe?: Pair
  /** Whom the host trusts; absent where it asks nobody. */
  readonly trusted?: TrustedClients

  constructor(name: string, args: AuthorityArgs, opts?: pulumi.ComponentResourceOptions) {
    const { host, aliases = [], server, clients, clientAuth } = args
    // The names are shown in a preview, as they say who comes in.
    super('padlock:index:Authority', name, { server, clients, clientAuth }, opts)
    const parent = { parent: this }
    const key = keyOf(`${name}-authority`, parent)
    const root = new tls.SelfSignedCert(
      `${name}-authority`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: name, organization: 'padlock' },
        isCaCertificate: true,
        allowedUses: ['cert_signing', 'crl_signing'],
        ...ROOT,
      },
      parent,
    )
    this.root = root.certPem
    const sign = (id: string, request: tls.CertRequestArgs, how: Use): Pair =>
      signed(`${name}-${id}`, { key, root }, request, how, parent)
    const others = aliases.map(({ hostname }) => hostname)
    if (server) {
      this.server = sign(
        'server',
        {
          subject: { commonName: onceKnown(host, (name) => name.slice(0, NAME_LENGTH)) },
          dnsNames: onceKnown(host, (name) => [...(isIP(name) ? [] : [name]), ...others]),
          ipAddresses: onceKnown(host, (name) => (isIP(name) ? [name] : undefined)),
        },
        { ...SERVER, allowedUses: ['digital_signature', 'server_auth'] },
      )
    }
    const client = (one: string) =>
      sign(
        `client-${one}`,
        { subject: { commonName: one }, uris: [`urn:padlock:client:${encodeURIComponent(one)}`] },
        { ...CLIENT, allowedUses: ['digital_signature', 'client_auth'] },
      )
    this.clients = Object.fromEntries(clients.map((one) => [one, client(one)]))
    if (clientAuth === 'require') this.probe = client(PROBE)
    if (clientAuth !== 'off') {
      const pairs = [...Object.values(this.clients), ...(this.probe ? [this.probe] : [])]
      const listed = pulumi.all(pairs.map(({ certificate }) => certificate))
      this.trusted = {
        root: this.root,
        certificates: listed.apply((texts) => texts.join('')),
        fingerprints: listed.apply((texts) => texts.map(fingerprint)),
      }
    }
    this.registerOutputs({ root: this.root })
  }
}

type Use = Pick<
  tls.LocallySignedCertArgs,
  'allowedUses' | 'earlyRenewalHours' | 'validityPeriodHours'
>

const keyOf = (name: string, opts: pulumi.CustomResourceOptions) =>
  new tls.PrivateKey(name, { algorithm: 'ECDSA', ecdsaCurve: 'P256' }, opts)

const fingerprint = (pem: string) =>
  new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase()

function signed(
  name: string,
  authority: { key: tls.PrivateKey; root: tls.SelfSignedCert },
  request: tls.CertRequestArgs,
  use: Use,
  opts: pulumi.CustomResourceOptions,
): Pair {
  const key = keyOf(name, opts)
  const asked = new tls.CertRequest(name, { ...request, privateKeyPem: key.privateKeyPem }, opts)
  const certificate = new tls.LocallySignedCert(
    name,
    {
      certRequestPem: asked.certRequestPem,
      caCertPem: authority.root.certPem,
      caPrivateKeyPem: authority.key.privateKeyPem,
      ...use,
    },
    opts,
  )
  return { certificate: certificate.certPem, key: key.privateKeyPemPkcs8 }
}
