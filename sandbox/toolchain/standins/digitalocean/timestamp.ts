/** yyyymmddhhmmss and ten digits, as Terraform makes ids of objects that have none. */
export function timestamp(): string {
  const digits = new Date().toISOString().replace(/\D/g, '').slice(0, 17)
  return digits.padEnd(18, '0') + String(Math.floor(Math.random() * 1e8)).padStart(8, '0')
}
