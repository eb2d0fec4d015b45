import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { clearwayProgram } from '../bin/program.ts'

const folder = mkdtempSync(join(tmpdir(), 'clearway-signal-'))
const tokenFile = join(folder, 'token')
writeFileSync(tokenFile, 'the-token\n')
const asked: URL[] = []
const printed: string[] = []
const summary = { count: 0, meanS: null, minS: null, maxS: null }
const entry = (code: number) => ({ at: '2026-11-23T08:00:01.500Z', code, parameter: 2, name: 'n', subject: 'v-n' })

/** Answers as the gateway does; what it answers really is in gateway/test/signals. */
const server = createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://gateway')
  asked.push(url)
  const answer = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body))
  if (request.headers.authorization !== 'Bearer the-token') answer(401, { detail: 'sign in first' })
  else if (url.pathname.includes('/j-9/')) answer(404, { detail: 'there is no signalled junction "j-9"' })
  else if (url.pathname.endsWith('.csv')) response.end('at,code\r\n')
  else if (url.pathname.endsWith('/events')) {
    const first = url.searchParams.get('cursor') === null
    answer(200, { items: [entry(first ? 1 : 8)], gaps: [], nextCursor: first ? 'next' : null })
  } else {
    const group = { group: 'v-n', greens: 3, green: { ...summary, meanS: 20 }, greenShare: 0.5, yellow: summary }
    const ends = { gapOut: 1, maxOut: 3, forceOff: 0, preemption: 0, unknown: 9 }
    const preemption = { calls: 1, toGreen: summary, dwell: summary, recovery: summary, maxPresences: 0 }
    const window = { junction: 'j-1', from: 'a', to: 'b', coverage: 0.25, cycle: summary, preemption }
    answer(200, { items: [{ ...window, groups: [{ ...group, redClearance: summary, ends }] }], nextCursor: null })
  }
})

beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  asked.length = 0
  printed.length = 0
  vi.spyOn(console, 'log').mockImplementation((line) => void printed.push(line))
})
afterEach(() => void vi.restoreAllMocks())

const run = (what: string, ...more: string[]) => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const window = ['--junction', 'j-1', '--from', '2025-11-23T16:00:00+08:00']
  const command = ['node', 'clearway', 'signal', what, ...window, '--url', url, '--token-file', tokenFile, ...more]
  return clearwayProgram().parseAsync(command)
}

describe('clearway signal', () => {
  it('prints the log page by page', async () => {
    await run('events', '--code', '1,8')
    expect(printed).toEqual(['2026-11-23T08:00:01.500Z  1  2  n  v-n', '2026-11-23T08:00:01.500Z  8  2  n  v-n'])
    expect(asked.map(({ pathname }) => pathname)).toEqual(Array(2).fill('/api/v1/junctions/j-1/events'))
    expect(Object.fromEntries(asked[1]?.searchParams ?? [])).toEqual({
      ...{
        from: '2025-11-23T08:00:00.000Z',
        to: '2025-11-23T09:00:00.000Z',
        code: '1,8',
        limit: '1000',
        cursor: 'next',
      },
    })
  })

  it('prints measures for people, as JSON, or into a table', async () => {
    await run('measures', '--to', '2026-11-23T08:30:00Z', '--bucket', '5m')
    expect(printed[0]).toMatch(/j-1 {2}a … b {2}log 25\.0 %/)
    expect(printed[0]).toMatch(/v-n +3 +20\.0 .* 25\.0 % +75\.0 %/)
    expect(asked[0]?.search).toContain('bucket=5m')
    await run('measures', '--json')
    expect(JSON.parse(printed[1] as string)).toMatchObject({ junction: 'j-1' })
    const file = join(folder, 'events.csv')
    await run('events', '--csv', file)
    expect(readFileSync(file, 'utf8')).toBe('at,code\r\n')
  })

  it('says what the gateway says, and where it is when it says nothing', async () => {
    await expect(run('events', '--junction', 'j-9')).rejects.toThrow('there is no signalled junction "j-9"')
    writeFileSync(join(folder, 'wrong'), 'x')
    await expect(run('events', '--token-file', join(folder, 'wrong'))).rejects.toThrow(/sign in first.*--token-file/)
    await expect(run('events', '--url', 'http://127.0.0.1:1')).rejects.toThrow(/127\.0\.0\.1:1 does not answer/)
    await expect(run('events', '--token-file', join(folder, 'none'))).rejects.toMatchObject({
      fields: [{ field: '--token-file' }],
    })
  })

  it('refuses a time that could be any', async () => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    await expect(run('events', '--to', '2026-11-23T08:30:00')).rejects.toMatchObject({
      code: 'commander.invalidArgument',
    })
  })
})
