import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@clearway/contracts'
import { type Logger, pino } from 'pino'
import { expect, it } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { createGateway } from '../../src/gateway.ts'

const pem = (name: string) => join(import.meta.dirname, '../broker/certificates', `${name}.pem`)
const log: Logger = pino({ level: 'silent' })

const make = (dataDir: string, certFile: string) =>
  createGateway({
    config: loadConfig({
      CLEARWAY_DATA_DIR: dataDir,
      CLEARWAY_HTTP_PORT: '0',
      CLEARWAY_MQTT_PORT: '0',
      CLEARWAY_HTTP_HTTPS_CERT_FILE: certFile,
      CLEARWAY_HTTP_HTTPS_KEY_FILE: pem('server.key'),
    }),
    clock: systemClock,
    log,
  })

it('serves over TLS when a certificate is configured, and its cookie then travels over TLS only', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'clearway-https-'))
  const gateway = await make(dataDir, pem('server.cert'))
  const { http } = await gateway.start()
  const body = JSON.stringify({ user: 'admin', password: gateway.firstPassword })
  const headers = await new Promise<NodeJS.Dict<string | string[]>>((resolve, reject) => {
    const call = request(
      {
        ...{ host: 'localhost', port: http, path: '/api/v1/sign-in', method: 'POST', agent: false },
        ca: readFileSync(pem('authority.cert')),
        headers: { 'content-type': 'application/json' },
      },
      (answer) => {
        answer.resume()
        resolve(answer.headers)
      },
    )
    call.on('error', reject)
    call.end(body)
  })
  expect(String(headers['set-cookie'])).toMatch(/HttpOnly; Secure; SameSite=Strict/)
  expect(headers['strict-transport-security']).toContain('max-age')
  await gateway.stop()
  rmSync(dataDir, { recursive: true })
})

it('names the key of a certificate that cannot be read', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'clearway-https-'))
  await expect(make(dataDir, '/nowhere/cert.pem')).rejects.toMatchObject({
    code: 'tls-file',
    message: expect.stringMatching(/http\.https\.certFile.*\/nowhere\/cert\.pem/),
  })
  rmSync(dataDir, { recursive: true })
})
