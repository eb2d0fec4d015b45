import { compile, NewDevice, systemClock } from '@clearway/contracts'
import { AuditLog, Devices, loadConfig, Records } from '@clearway/gateway'
import { Command } from 'commander'

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
    .requiredOption('--kind <kind>', 'gate, bay, detector, signal, vehicle or sign')
    .requiredOption('--district <name>', 'the district in its topics')
    .option('--lot <id>', 'the lot that a gate or bay belongs to')
    .option('--junction <id>', 'the junction that a signal or detector belongs to')
    .option('--role <role>', 'of a vehicle: ambulance, fire, police or bus')
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
  return device
}
