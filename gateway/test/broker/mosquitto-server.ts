import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type MosquittoDevice, type MosquittoFiles, mosquittoFiles, mosquittoHash } from '../../src/access/mosquitto.ts'
import type { ExternalBrokerOptions } from '../../src/broker/external-broker.ts'
import { temporaryFolder, until } from '../ingest/small-city.ts'
import { freePort } from '../local-server.ts'

const shipped = fileURLToPath(new URL('../../../docs/deployment/mosquitto.conf', import.meta.url))
const certificate = (name: string) => fileURLToPath(new URL(`./certificates/${name}.pem`, import.meta.url))

/** Debian's Mosquitto with the configuration that ships, on free loopback ports over a temporary folder. */
export class MosquittoServer {
  readonly folder = temporaryFolder()
  readonly port: number
  readonly tlsPort: number
  /** What a gateway needs to consume from it. */
  readonly forGateway: ExternalBrokerOptions
  #process: ChildProcess | undefined
  #said = ''

  private constructor(port: number, tlsPort: number) {
    this.port = port
    this.tlsPort = tlsPort
    this.forGateway = {
      url: `mqtts://localhost:${tlsPort}`,
      user: 'clearway.gateway',
      password: 'a password for tests',
      caFile: certificate('authority.cert'),
    }
  }

  /** @param devices the token of each is `token-of-{id}`, as with `KnownDevices` */
  static async over(devices: readonly MosquittoDevice['device'][]): Promise<MosquittoServer> {
    const server = new MosquittoServer(await freePort(), await freePort())
    const { folder, port, tlsPort, forGateway } = server
    const known = devices.map((device) => ({ device, hash: mosquittoHash(`token-of-${device.id}`) }))
    const files = mosquittoFiles(known, forGateway)
    writeFileSync(join(folder, 'passwords'), files.passwords)
    writeFileSync(join(folder, 'acl'), files.acl)
    mkdirSync(join(folder, 'data'))
    const configuration = readFileSync(shipped, 'utf8')
      .replaceAll('/mosquitto/access', folder)
      .replaceAll('/mosquitto/data', `${folder}/data`)
      .replace('listener 1883', `listener ${port} 127.0.0.1`)
      .replace('listener 8883', `listener ${tlsPort} 127.0.0.1`)
      .replace('/run/secrets/broker-cert', certificate('server.cert'))
      .replace('/run/secrets/broker-key', certificate('server.key'))
    // Started as root it would otherwise become a user who may not read the temporary folder.
    writeFileSync(join(folder, 'mosquitto.conf'), `user root\n${configuration}`)
    await server.start()
    return server
  }

  async start(): Promise<void> {
    const child = spawn('mosquitto', ['-v', '-c', join(this.folder, 'mosquitto.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#process = child
    child.stderr.on('data', (text: Buffer) => {
      this.#said += text
    })
    // A line that only its loop writes: between opening its ports and entering it, Mosquitto forgets a SIGTERM.
    const before = this.#said.length
    await until(() => {
      if (child.exitCode !== null) throw new Error(`mosquitto ended: ${this.#said}`)
      const knock = connect(this.tlsPort, '127.0.0.1', () => knock.destroy()).on('error', () => {
        // Nobody opens yet.
      })
      return this.#said.includes('New connection from', before)
    })
  }

  /** What it has written to its log so far. */
  get log(): string {
    return this.#said
  }

  /** Takes new files as an operator does: written, then SIGHUP. */
  async reload(files: MosquittoFiles): Promise<void> {
    writeFileSync(join(this.folder, 'passwords'), files.passwords)
    writeFileSync(join(this.folder, 'acl'), files.acl)
    this.#process?.kill('SIGHUP')
    await until(() => this.#said.includes('Reloading config'))
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }

  async remove(): Promise<void> {
    await this.stop('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }
}
