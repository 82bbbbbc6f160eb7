import type { LifecycleRule } from '@aws-sdk/client-s3'
import type { Property } from '../bridge/schema.ts'
import { isObject, type Value, type Values } from '../server/values.ts'
import { member } from './reading.ts'

const number: Property = { type: 'number' }

export const lifecycleRule: Property = {
  type: 'object',
  fields: {
    id: { type: 'string', computed: true },
    prefix: { type: 'string' },
    enabled: { type: 'boolean', required: true },
    abortIncompleteMultipartUploadDays: number,
    expiration: {
      type: 'object',
      fields: {
        date: { type: 'string' },
        days: number,
        expiredObjectDeleteMarker: { type: 'boolean' },
      },
    },
    noncurrentVersionExpiration: { type: 'object', fields: { days: number } },
  },
}

/** What is sent of `lifecycleRules`. */
export function rulesOf({ lifecycleRules }: Values): LifecycleRule[] {
  const rules = Array.isArray(lifecycleRules) ? lifecycleRules.filter((one) => isObject(one)) : []
  return rules.map((rule, index) => {
    const days = (...path: string[]) => Number(member(rule, ...path) ?? 0)
    const date = member(rule, 'expiration', 'date')
    const marker = member(rule, 'expiration', 'expiredObjectDeleteMarker')
    const abort = days('abortIncompleteMultipartUploadDays')
    const old = days('noncurrentVersionExpiration', 'days')
    return {
      ID: String(rule.id || `tf-s3-lifecycle-${Date.now()}${index}`),
      Filter: { Prefix: String(rule.prefix ?? '') },
      Status: rule.enabled === true ? 'Enabled' : 'Disabled',
      ...(abort > 0 && { AbortIncompleteMultipartUpload: { DaysAfterInitiation: abort } }),
      ...(isObject(rule.expiration ?? null) && {
        Expiration: date
          ? { Date: new Date(`${date}T00:00:00Z`) }
          : days('expiration', 'days') > 0
            ? { Days: days('expiration', 'days') }
            : { ExpiredObjectDeleteMarker: marker === true },
      }),
      ...(old > 0 && { NoncurrentVersionExpiration: { NoncurrentDays: old } }),
    }
  })
}

/** The property as the plugin reads it. */
export const rulesFrom = (rules: LifecycleRule[]): Value[] =>
  rules.map((rule) => ({
    id: rule.ID ?? null,
    prefix: rule.Filter?.Prefix || null,
    enabled: rule.Status === 'Enabled',
    abortIncompleteMultipartUploadDays:
      rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation ?? null,
    expiration: rule.Expiration
      ? {
          date: rule.Expiration.Date?.toISOString().slice(0, 10) ?? null,
          days: rule.Expiration.Days ?? null,
          expiredObjectDeleteMarker: rule.Expiration.ExpiredObjectDeleteMarker ?? null,
        }
      : null,
    noncurrentVersionExpiration: rule.NoncurrentVersionExpiration
      ? { days: rule.NoncurrentVersionExpiration.NoncurrentDays ?? null }
      : null,
  }))
