import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder, until } from '../ingest/small-city.ts'
import { freePort } from '../local-server.ts'

/** A real time-series server on a free loopback port over a temporary folder. */
export class DatabaseServer {
  readonly url: string
  readonly #folder: string
  readonly #command: readonly [string, ...string[]]
  readonly #healthPath: string
  #process: ChildProcess | undefined

  private constructor(url: string, folder: string, command: readonly [string, ...string[]], healthPath: string) {
    this.url = url
    this.#folder = folder
    this.#command = command
    this.#healthPath = healthPath
  }

  static async influx(): Promise<DatabaseServer> {
    const folder = temporaryFolder()
    const [http, rpc] = [await freePort(), await freePort()]
    const config = join(folder, 'influxdb.conf')
    writeFileSync(
      config,
      `reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
[http]
  bind-address = "127.0.0.1:${http}"
  log-enabled = false
`,
    )
    const command = ['influxd', 'run', '-config', config] as const
    const server = new DatabaseServer(`http://127.0.0.1:${http}`, folder, command, '/ping')
    await server.start()
    return server
  }

  static async victoriaMetrics(): Promise<DatabaseServer> {
    const folder = temporaryFolder()
    const http = await freePort()
    const server = new DatabaseServer(
      `http://127.0.0.1:${http}`,
      folder,
      [
        'victoria-metrics',
        `-httpListenAddr=127.0.0.1:${http}`,
        `-storageDataPath=${folder}/data`,
        '-retentionPeriod=100y',
        // Without it identical points are kept twice.
        '-dedup.minScrapeInterval=1ms',
      ],
      '/health',
    )
    await server.start()
    return server
  }

  async start(): Promise<void> {
    const [binary, ...args] = this.#command
    this.#process = spawn(binary, args, { stdio: 'ignore' })
    await until(() =>
      fetch(this.url + this.#healthPath).then(
        ({ ok }) => ok,
        () => false,
      ),
    )
  }

  async kill(): Promise<void> {
    const running = this.#process
    if (!running || running.exitCode !== null) return
    const gone = once(running, 'exit')
    running.kill('SIGKILL')
    await gone
  }

  async remove(): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
