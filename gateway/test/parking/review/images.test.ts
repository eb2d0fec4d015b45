import { once } from 'node:events'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { gateImage } from '../../../src/parking/review/images.ts'

/** A store that answers as the name of the image says. */
async function store(): Promise<{ template: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const name = decodeURIComponent((request.url ?? '').slice('/images/'.length))
    if (name === 'page') response.setHeader('content-type', 'text/html').end('<script>')
    else if (name === 'huge') response.setHeader('content-type', 'image/png').end(Buffer.alloc(9 * 1024 * 1024))
    else if (name === 'broken') response.writeHead(500).end()
    else if (name === 'elsewhere') response.writeHead(302, { location: 'http://127.0.0.1:1/secret' }).end()
    else if (name === 'gate/1') response.setHeader('content-type', 'image/jpeg').end('picture')
    else response.writeHead(404).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { template: `http://127.0.0.1:${(server.address() as AddressInfo).port}/images/{ref}`, asked }
}

it('fetches an image from a store, whatever the reference looks like', async () => {
  const { template, asked } = await store()
  expect(await gateImage(template, 'gate/1')).toEqual({ body: Buffer.from('picture'), mediaType: 'image/jpeg' })
  await expect(gateImage(template, '../admin?x=1')).rejects.toMatchObject({ code: 'image-unknown' })
  expect(asked).toEqual(['/images/gate%2F1', '/images/..%2Fadmin%3Fx%3D1'])
})

it.each([
  ['page', /sends "text\/html", which is no image/],
  ['huge', /more than 8 MiB/],
  ['broken', /answers 500/],
  ['elsewhere', /does not answer/],
])('hands out nothing where the store sends %s', async (ref, message) => {
  const { template } = await store()
  await expect(gateImage(template, ref)).rejects.toThrow(message)
})

it('says that a store does not answer', async () => {
  await expect(gateImage('http://127.0.0.1:1/{ref}', 'a')).rejects.toMatchObject({ code: 'image-unreachable' })
})

it('reads an image from a folder, and nothing beside it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clearway-images-'))
  mkdirSync(join(folder, 'kept', 'gate'), { recursive: true })
  writeFileSync(join(folder, 'kept', 'gate', '1.svg'), '<svg/>')
  writeFileSync(join(folder, 'secret.svg'), '<svg/>')
  const template = `${pathToFileURL(join(folder, 'kept'))}/{ref}.svg`
  expect(await gateImage(template, 'gate/1')).toEqual({ body: Buffer.from('<svg/>'), mediaType: 'image/svg+xml' })
  for (const ref of ['gate/2', '../secret', 'gate/../../secret', '/gate/1', 'gate%2F1', '..%2Fsecret', 'gate\\1', '']) {
    await expect(gateImage(template, ref)).rejects.toMatchObject({ code: 'image-unknown' })
  }
})
