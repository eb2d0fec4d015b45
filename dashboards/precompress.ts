import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Plugin } from 'vite'

const compressible = /\.(?:js|css|html|svg|json)$/
/** Below this a compressed file saves no packet. */
const smallestBytes = 1_024
/** Quality 11 takes four times as long for 4 % less. */
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }

/** Writes `.br` and `.gz` beside every built file: the server sends them as they are and compresses nothing itself. */
export function precompress(): Plugin {
  let folder = ''
  return {
    name: 'precompress',
    apply: 'build',
    configResolved({ root, build }) {
      folder = join(root, build.outDir)
    },
    async closeBundle() {
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => compressible.test(name))
        .map((name) => join(folder, name))
        .filter((path) => statSync(path).size >= smallestBytes)
      await Promise.all(
        files.map(async (path) => {
          const bytes = readFileSync(path)
          writeFileSync(`${path}.br`, await promisify(brotliCompress)(bytes, brotliOptions))
          writeFileSync(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }))
        }),
      )
    },
  }
}
