import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 bits from the system's generator, base64url. Only its hash is stored. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** SHA-256, enough for 256 random bits: there is nothing to guess that a slow hash would protect. */
export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret, 'utf8').digest()

/** Compares in a time that does not depend on where the two differ. */
export const sameHash = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b)
