import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readPrivateKey, readPublicKey, readPublicKeys, readSecret } from '../../src/payments/key-file.ts'
import { privatePem, publicPem, rsaPair } from './rsa-pair.ts'

const folder = mkdtempSync(join(tmpdir(), 'clearway-keys-'))
const file = (name: string, content: string) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const pair = rsaPair()
const bare = (pem: string) => pem.replaceAll(/-----[^-]+-----|\s/g, '')
const pkcs1 = pair.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()

it.each([
  ['PEM', privatePem(pair)],
  ['PEM of PKCS 1', pkcs1],
  ['base64', bare(privatePem(pair))],
  ['base64 of PKCS 1', `${bare(pkcs1)}\n`],
])('reads a private key in %s', (name, content) => {
  expect(readPrivateKey(file(name, content), 'k').equals(pair.privateKey)).toBe(true)
})

it('reads a public key in PEM and base64', () => {
  for (const content of [publicPem(pair), bare(publicPem(pair))]) {
    expect(readPublicKey(file('public', content), 'k').equals(pair.publicKey)).toBe(true)
  }
})

it('names the configuration key and the file of what it cannot use, and shows none of it', () => {
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' })
  const curve = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
  const broken = privatePem(pair).replace(/\n.*\n-----END/, '\n-----END')
  for (const content of [short.toString(), curve.toString(), broken, 'secret-text']) {
    const path = file('unusable', content)
    const read = () => readPrivateKey(path, 'payments.alipay.appKeyFile')
    expect(read).toThrow(/^payments\.alipay\.appKeyFile .*unusable is no /)
    try {
      read()
    } catch (error) {
      const text = JSON.stringify(error, Object.getOwnPropertyNames(error))
      expect(text).not.toContain(content.split('\n')[1] ?? content)
    }
  }
  expect(() => readPublicKey(join(folder, 'none'), 'k')).toThrow('ENOENT')
  expect(() => readSecret(file('secret', 'too short'), 'payments.wechat.apiV3KeyFile', 32)).toThrow(
    '9 bytes instead of 32',
  )
})

it('reads the keys of a platform by the names of their files', () => {
  const platform = join(folder, 'platform')
  mkdirSync(platform)
  expect(() => readPublicKeys(platform, 'k')).toThrow('holds no .pem')
  file('platform/PUB_KEY_ID_1.pem', publicPem(pair))
  file('platform/PUB_KEY_ID_2.pem', publicPem(rsaPair()))
  file('platform/README', 'not a key')
  expect([...readPublicKeys(platform, 'k').keys()]).toEqual(['PUB_KEY_ID_1', 'PUB_KEY_ID_2'])
  expect(() => readPublicKeys(join(folder, 'none'), 'payments.wechat.platformKeysDir')).toThrow(
    /^payments\.wechat\.platformKeysDir .*ENOENT/,
  )
})
