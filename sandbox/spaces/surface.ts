/** What of S3 Spaces has (https://docs.digitalocean.com/products/spaces/reference/s3-compatibility/). */

/** Subresources of a bucket: those that the page has, and those that terraform-provider-digitalocean uses. */
const OF_BUCKETS = [
  ...['acl', 'cors', 'delete', 'lifecycle', 'location', 'logging', 'policy', 'uploads'],
  ...['versioning', 'versions', 'website'],
]
/** Of an object; the page has no tags, attributes, locks or restores. */
const OF_OBJECTS = ['acl', 'partNumber', 'uploadId', 'uploads', 'versionId']

/** What lists take, of buckets, objects, versions, uploads and parts. */
const OF_LISTS = [
  ...['continuation-token', 'delimiter', 'encoding-type', 'fetch-owner', 'key-marker', 'list-type'],
  ...['marker', 'max-buckets', 'max-keys', 'max-parts', 'max-uploads', 'part-number-marker'],
  ...['prefix', 'start-after', 'upload-id-marker', 'version-id-marker'],
]
/** What any request takes: signatures, names of operations, headers of the answer. */
const OF_ALL = /^(x-id$|x-amz-|response-|(AWSAccessKeyId|Signature|Expires)$)/i

/** The first parameter of a request that Spaces does not have; undefined where it has all. */
export function missing(parameters: URLSearchParams, onBucket: boolean): string | undefined {
  const known = [...(onBucket ? OF_BUCKETS : OF_OBJECTS), ...OF_LISTS]
  return [...parameters.keys()].find((name) => !known.includes(name) && !OF_ALL.test(name))
}
