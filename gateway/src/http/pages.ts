import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { NotFoundError } from '@clearway/contracts'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** What the pages may load and where they may call: this origin alone, unless Mapbox draws the map. */
export function securityPolicy(mapbox: boolean): string {
  const hosts = mapbox ? ' https://api.mapbox.com https://events.mapbox.com https://*.tiles.mapbox.com' : ''
  return [
    "default-src 'self'",
    "base-uri 'none'",
    // Map libraries read generated images and workers by fetch.
    `connect-src 'self' data: blob:${hosts}`,
    "font-src 'self' data:",
    "form-action 'self'",
    "frame-ancestors 'none'",
    `img-src 'self' data: blob:${hosts}`,
    "object-src 'none'",
    "script-src 'self'",
    // Component and map libraries set style attributes.
    "style-src 'self' 'unsafe-inline'",
    "worker-src 'self' blob:",
  ].join('; ')
}

/** Serves the built pages: hashed assets for ever, the pages themselves always asked for anew. */
export function servePages(app: FastifyInstance, pagesDir: string): void {
  app.register(fastifyStatic, {
    root: pagesDir,
    preCompressed: true,
    index: 'index.html',
    extensions: ['html'],
    cacheControl: false,
    setHeaders: (reply, path) => {
      const hashed = path.startsWith(join(pagesDir, 'assets'))
      reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
}

/** An address that only the page's own router knows gets the page; a missing file is missing. */
export function pageFallback(pagesDir: string | undefined) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const path = request.url.split('?', 1)[0] as string
    const isPage = ['GET', 'HEAD'].includes(request.method) && !/\.[a-z0-9]+$/i.test(path)
    if (isPage && pagesDir !== undefined && existsSync(join(pagesDir, 'index.html'))) {
      return reply.header('cache-control', 'no-cache').sendFile('index.html', { cacheControl: false })
    }
    throw new NotFoundError('address-unknown', `there is nothing at ${path}`)
  }
}
