import type { Page, Problem } from '@clearway/contracts'

const base = '/api/v1'

/** The server answered, and said no. `problem` is its RFC 9457 body where it sent one. */
export class RefusedError extends Error {
  readonly status: number
  readonly problem: Problem | undefined

  constructor(status: number, problem: Problem | undefined) {
    super(problem ? problem.detail || problem.title : `HTTP ${status}`)
    this.status = status
    this.problem = problem
  }
}

/** The server could not be reached. */
class UnreachableError extends Error {}

let whenSignedOut: () => void = () => {}

/** Says what to do when the server no longer knows the caller: a page goes to the sign-in form. */
export function onSignedOut(handler: () => void): void {
  whenSignedOut = handler
}

async function problemOf(answer: Response): Promise<Problem | undefined> {
  if (!answer.headers.get('content-type')?.includes('json')) return undefined
  return (await answer.json()) as Problem
}

async function request<T>(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
  stop?: AbortSignal,
): Promise<T> {
  const headers = new Headers({ accept: 'application/json' })
  const options: RequestInit = { method, headers, credentials: 'same-origin' }
  if (stop) options.signal = stop
  if (method === 'POST') {
    headers.set('content-type', 'application/json')
    options.body = JSON.stringify(body ?? {})
  }
  let answer: Response
  try {
    answer = await fetch(base + path, options)
  } catch (cause) {
    if (stop?.aborted) throw cause
    throw new UnreachableError(`${method} ${path} did not reach the server`, { cause })
  }
  if (answer.status === 204) return undefined as T
  if (answer.ok) return (await answer.json()) as T
  if (answer.status === 401 && path !== '/sign-in') whenSignedOut()
  throw new RefusedError(answer.status, await problemOf(answer))
}

/** @throws RefusedError, UnreachableError; the reason of `stop` when it aborts */
export const get = <T>(path: string, stop?: AbortSignal): Promise<T> => request<T>('GET', path, undefined, stop)

/** @throws RefusedError, UnreachableError */
export const post = <T>(path: string, body?: unknown): Promise<T> => request<T>('POST', path, body)

/** @throws RefusedError, UnreachableError */
export const remove = <T>(path: string): Promise<T> => request<T>('DELETE', path)

/** Every page of a list, in the server's order. */
export async function getAll<T>(path: string, stop?: AbortSignal): Promise<T[]> {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const separator = path.includes('?') ? '&' : '?'
    const at: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: Page<T> = await get(`${path}${separator}limit=1000${at}`, stop)
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return items
}
