import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { systemClock, WorldError } from '@clearway/contracts'
import { type Config, loadConfig, newSecret } from '@clearway/gateway'
import { Command } from 'commander'
import { demoFiles, firstAdministrator, prepareDemo, signInCode } from '../demo-city.ts'
import { ended } from '../ended.ts'
import { buildPages } from '../pages.ts'
import { Supervisor } from '../supervisor.ts'
import { localUrl, planOfFlows } from './flows.ts'
import { tellPassword } from './gateway.ts'

const clearway = join(import.meta.dirname, '..', 'clearway.ts')

interface Ports {
  http: number
  mqtt: number
}

export function upCommand(): Command {
  return new Command('up')
    .description('the whole city on this machine: gateway, flows and, unless CLEARWAY_SIMULATE=off, the demo city')
    .action(async () => {
      const config = loadConfig()
      await Promise.all([buildPages(), config.simulate === 'on' ? prepareDemo(config, systemClock, say) : undefined])
      const password = await firstAdministrator(config, systemClock)
      // Told whatever follows: a start that fails now (a port in use) makes no second administrator. With a token of
      // its own the operator needs no password.
      if (password && config.adminToken === undefined) tellPassword(password, config.dataDir)
      await supervise(config, (url) => {
        say(`\nClearway runs. Sign in once, within ten minutes: ${url}/#code=${signInCode(config, systemClock)}`)
        say(`The page: ${url}/`)
      })
    })
}

const say = (text: string) => console.log(text)

const demoPictures = ({ dataDir }: Config) => `${pathToFileURL(demoFiles(dataDir).pictureDir)}/{ref}.svg`

/** Runs until asked to end. @param onReady told the address of the page once everything has been started */
async function supervise(config: Config, onReady: (url: string) => void): Promise<void> {
  const listening = Promise.withResolvers<Ports>()
  let ports: Ports | undefined
  const supervisor = new Supervisor(systemClock, ({ process, text, fields }) => {
    console.log(JSON.stringify(fields ? { process, ...fields } : { process, text }))
    if (process === 'gateway' && fields?.event === 'listening') listening.resolve(fields as unknown as Ports)
    // A gateway that cannot start the first time (a port in use, a broken configuration) will not the second time.
    if (!ports && fields?.event === 'restarting' && fields.child === 'gateway') {
      listening.reject(new WorldError('gateway-start', 'the gateway did not start; the lines above say why'))
    }
  })
  const stopped = ended()
  try {
    const flowsToken = config.flows.token ?? newSecret()
    const hospitalsToken = config.hospitals.token ?? newSecret()
    await supervisor.run('gateway', () => ({
      args: [clearway, 'gateway'],
      env: {
        CLEARWAY_FLOWS_TOKEN: flowsToken,
        ...(config.simulate === 'on' &&
          !config.parking.imageUrl && { CLEARWAY_PARKING_IMAGE_URL: demoPictures(config) }),
        CLEARWAY_HOSPITALS_TOKEN: hospitalsToken,
        // A restarted gateway must be found where the first one was.
        ...(ports && { CLEARWAY_HTTP_PORT: String(ports.http), CLEARWAY_MQTT_PORT: String(ports.mqtt) }),
      },
    }))
    ports = await Promise.race([listening.promise, stopped.then(() => undefined)])
    if (!ports) return
    const { http, mqtt } = ports
    const local = localUrl(config, http)
    if (config.simulate === 'on') {
      await supervisor.run('simulators', () => ({
        args: [clearway, 'simulate', '--mqtt', config.mqtt.broker?.url ?? `mqtt://127.0.0.1:${mqtt}`, '--http', local],
        env: { CLEARWAY_HOSPITALS_TOKEN: hospitalsToken },
      }))
    }
    await supervisor.run('flows', () => planOfFlows(config, local, flowsToken))
    onReady(config.http.publicUrl ?? local)
    await stopped
  } finally {
    await supervisor.stop()
  }
}
