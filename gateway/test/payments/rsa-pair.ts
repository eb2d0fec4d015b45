import { generateKeyPairSync, type KeyObject } from 'node:crypto'

export interface RsaPair {
  privateKey: KeyObject
  publicKey: KeyObject
}

/** Another one at each call: what one test signs no other test can. */
export const rsaPair = (): RsaPair => generateKeyPairSync('rsa', { modulusLength: 2048 })

export const privatePem = ({ privateKey }: RsaPair): string =>
  privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
export const publicPem = ({ publicKey }: RsaPair): string =>
  publicKey.export({ type: 'spki', format: 'pem' }).toString()
