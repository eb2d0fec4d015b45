import { readFileSync } from 'node:fs'
import { InputError, systemClock } from '@clearway/contracts'
import { IssuerKeys } from '@clearway/edge'
import { createLog, issuerFiles, loadConfig } from '@clearway/gateway'
import { runCitySimulator } from '@clearway/simulators'
import { Command } from 'commander'
import { demoFiles, demoSeed, prepareDemo } from '../demo-city.ts'
import { ended } from '../ended.ts'
import { localUrl } from './flows.ts'
import { simulateControllerCommand } from './simulate-controller.ts'

export function simulateCommand(): Command {
  return new Command('simulate')
    .addCommand(simulateControllerCommand())
    .description("the edge agents, traffic, fleet and recorded stays of the data folder's city, against a gateway")
    .option('--mqtt <url>', 'where devices connect; the configured broker, or this machine, if absent')
    .option('--http <origin>', "of the gateway, for the hospitals' appointments; this machine if absent")
    .option('--prepare', 'only makes what is missing in the data folder: city, credentials, history; then ends')
    .action(async (options: { mqtt?: string; http?: string; prepare?: boolean }) => {
      const config = loadConfig()
      if (options.prepare) {
        await prepareDemo(config, systemClock, (text) => console.log(text))
        return
      }
      const files = demoFiles(config.dataDir)
      const stop = new AbortController()
      void ended().then((reason) => stop.abort(new Error(reason)))
      await runCitySimulator({
        cityDir: files.cityDir,
        mqttUrl: options.mqtt ?? config.mqtt.broker?.url ?? `mqtt://127.0.0.1:${config.mqtt.port}`,
        credentials: prepared(files.credentialsFile, 'credentials', (text) => JSON.parse(text)),
        issuer: prepared(issuerFiles(config.dataDir).publicKey, 'issuer', (text) => new IssuerKeys(text)),
        outboxDir: files.outboxDir,
        pictureDir: files.pictureDir,
        seed: demoSeed,
        cameraNoise: config.demo.cameraNoise,
        ...(config.hospitals.token !== undefined && {
          hospitals: { url: options.http ?? localUrl(config, config.http.port), token: config.hospitals.token },
        }),
        clock: systemClock,
        log: createLog(config.log.level),
        stop: stop.signal,
      })
    })
}

function prepared<T>(file: string, field: string, read: (text: string) => T): T {
  try {
    return read(readFileSync(file, 'utf8'))
  } catch (error) {
    const message = `${file} cannot be read (${(error as Error).message}); "clearway simulate --prepare" makes it`
    throw new InputError('not-prepared', message, [{ field, message }])
  }
}
