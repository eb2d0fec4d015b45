import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compile, deviceKinds, InputError, NewDevice, systemClock } from '@clearway/contracts'
import { AuditLog, Devices, loadConfig, mosquittoFiles, Records } from '@clearway/gateway'
import { Command, Option } from 'commander'

const operator = { name: 'command-line', roles: ['admin'] } as const

/** Opens the store for the length of one command. A gateway may be running on it at the same time. */
function withStore<T>(work: (devices: Devices, audit: AuditLog, records: Records) => T): T {
  const records = Records.open(loadConfig().dataDir)
  try {
    return work(new Devices(records, systemClock), new AuditLog(records, systemClock), records)
  } finally {
    records.close()
  }
}

export function deviceCommand(): Command {
  const device = new Command('device').description('credentials of gates, sensors, controllers, vehicles and signs')

  device
    .command('add')
    .description('registers a device and prints its token, which is shown only now')
    .argument('<id>', 'lower-case letters, digits and hyphens')
    .addOption(new Option('--kind <kind>').choices(deviceKinds).makeOptionMandatory())
    .requiredOption('--district <name>', 'the district in its topics')
    .option('--lot <id>', 'the lot that a gate or bay belongs to')
    .option('--junction <id>', 'the junction that a signal or detector belongs to')
    .addOption(new Option('--role <role>', 'of a vehicle').choices(['ambulance', 'fire', 'police', 'bus']))
    .action((id: string, options: Record<string, string>) => {
      const wanted = compile(NewDevice).require({ id, ...options }, 'device')
      const token = withStore((devices, audit, records) =>
        records.transaction(() => {
          audit.record(operator, 'device.add', id, { kind: wanted.kind, district: wanted.district })
          return devices.add(wanted)
        }),
      )
      console.log(JSON.stringify({ id, token }))
    })

  device
    .command('list')
    .description('one JSON line per device, without secrets')
    .action(() => {
      for (const one of withStore((devices) => devices.list())) console.log(JSON.stringify(one))
    })

  device
    .command('rotate')
    .description('gives a device a new token; the old one works for another week')
    .argument('<id>')
    .action((id: string) => {
      const token = withStore((devices, audit, records) =>
        records.transaction(() => {
          audit.record(operator, 'device.rotate', id)
          return devices.rotate(id)
        }),
      )
      console.log(JSON.stringify({ id, token }))
    })

  device
    .command('revoke')
    .description('ends the credential of a device')
    .argument('<id>')
    .action((id: string) => {
      withStore((devices, audit, records) =>
        records.transaction(() => {
          audit.record(operator, 'device.revoke', id)
          devices.revoke(id)
        }),
      )
    })

  device
    .command('mosquitto')
    .description('writes the password and access files of a Mosquitto in place of the embedded broker')
    .requiredOption('--out <folder>', 'where passwords and acl go; then let Mosquitto reload them (SIGHUP)')
    .action(({ out }: { out: string }) => {
      const { broker } = loadConfig().mqtt
      if (!broker) {
        const message = 'is missing: it names the broker, and its user and password are written into the files'
        throw new InputError('configuration', `mqtt.broker ${message}`, [{ field: 'mqtt.broker', message }])
      }
      const devices = withStore((store) => store.forMosquitto())
      mkdirSync(out, { recursive: true, mode: 0o700 })
      for (const [name, content] of Object.entries(mosquittoFiles(devices, broker))) {
        // Mosquitto may read at any moment: it finds the old file or the new one, never half of it.
        writeFileSync(join(out, `${name}.new`), content, { mode: 0o600 })
        renameSync(join(out, `${name}.new`), join(out, name))
      }
      console.log(JSON.stringify({ devices: devices.length }))
    })
  return device
}
