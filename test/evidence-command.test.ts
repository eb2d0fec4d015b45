import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Issuer } from '@clearway/gateway'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { clearwayProgram } from '../bin/program.ts'

let folder: string
let file: string
let key: string
const issuer = Issuer.of(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
const record = { dispatch: { id: 'd-1', state: 'completed' }, events: [], balance: { savedS: 42 } }
const save = (answer: unknown) => writeFileSync(file, JSON.stringify(answer))
const verify = () => clearwayProgram().parseAsync(['evidence', 'verify', file, '--key', key], { from: 'user' })

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clearway-evidence-'))
  file = join(folder, 'evidence.json')
  key = join(folder, 'issuer-public.pem')
  writeFileSync(key, issuer.publicKey)
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

it('says what a signed record holds', async () => {
  const said = vi.spyOn(console, 'log').mockReturnValue()
  save({ ...record, jws: issuer.record(record) })
  await verify()
  expect(JSON.parse(said.mock.calls[0]![0])).toEqual({
    ...{ ok: true, dispatch: 'd-1', state: 'completed' },
    balance: { savedS: 42 },
  })
})

it('refuses what is not the signed record', async () => {
  save({ ...record, balance: { savedS: 420 }, jws: issuer.record(record) })
  await expect(verify()).rejects.toThrow(/not what was signed/)
  save({ ...record, jws: `${issuer.record(record).slice(0, -4)}AAAA` })
  await expect(verify()).rejects.toThrow(/was changed after it was signed/)
  save(record)
  await expect(verify()).rejects.toThrow(/has no "jws"/)
  writeFileSync(file, 'torn {')
  await expect(verify()).rejects.toThrow(/is no JSON/)
})
