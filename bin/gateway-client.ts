import { readFileSync } from 'node:fs'
import { InputError, type Problem, WorldError } from '@clearway/contracts'
import { type Config, loadConfig } from '@clearway/gateway'
import { type Command, Option } from 'commander'

/** Where the gateway is and as whom it is asked; added to a command by `withGateway`. */
export interface GatewayOptions {
  url?: string
  tokenFile?: string
}

export const withGateway = (command: Command): Command =>
  command
    .addOption(new Option('--url <origin>', 'of the gateway; the configured one, or this machine, if absent'))
    .addOption(new Option('--token-file <file>', 'holds a bearer token; the configured adminToken if absent'))

/**
 * Asks the gateway over HTTP.
 *
 * @param path below `/api/v1`
 * @param sent another method than GET, and its body
 * @throws WorldError `gateway-unreachable`; InputError with what the gateway said
 */
export async function askGateway(
  path: string,
  options: GatewayOptions,
  sent: { method: string; body?: object; headers?: Record<string, string> } = { method: 'GET' },
): Promise<Response> {
  const config = loadConfig()
  const origin = (options.url ?? originOf(config)).replace(/\/+$/, '')
  const body = sent.body && JSON.stringify(sent.body)
  const type = body === undefined ? undefined : { 'content-type': 'application/json' }
  const headers = { authorization: `Bearer ${tokenOf(config, options)}`, ...type, ...sent.headers }
  let answer: Response
  try {
    answer = await fetch(`${origin}/api/v1${path}`, {
      method: sent.method,
      headers,
      ...(body !== undefined && { body }),
    })
  } catch (cause) {
    const { message } = ((cause as Error).cause ?? cause) as Error
    throw new WorldError('gateway-unreachable', `${origin} does not answer: ${message}; see --url`, cause)
  }
  if (answer.ok) return answer
  const { detail, errors } = (await answer.json().catch(() => ({}))) as Partial<Problem>
  const message = detail ?? `${origin} answered ${answer.status}`
  if (answer.status === 401) throw new InputError('not-signed-in', `${message}; see --token-file`)
  if (answer.status < 500) throw new InputError('refused', message, errors)
  throw new WorldError('gateway-failed', message)
}

function originOf({ http: { publicUrl, https, port } }: Config): string {
  return publicUrl ?? `${https ? 'https' : 'http'}://127.0.0.1:${port}`
}

function tokenOf({ adminToken }: Config, { tokenFile }: GatewayOptions): string {
  if (tokenFile !== undefined) {
    try {
      return readFileSync(tokenFile, 'utf8').trim()
    } catch (error) {
      const { message } = error as Error
      throw new InputError('file', `--token-file: ${message}`, [{ field: '--token-file', message }])
    }
  }
  if (adminToken !== undefined) return adminToken
  const message = 'is missing: a gateway answers only who is known to it; adminToken in the configuration does as well'
  throw new InputError('token', `--token-file ${message}`, [{ field: '--token-file', message }])
}
