import type { Device } from '@clearway/contracts'
import type { DeviceCredentials } from '../../src/broker/broker.ts'

/** Devices by id; the token of each is `token-of-{id}`. */
export class KnownDevices implements DeviceCredentials {
  readonly #devices = new Map<string, Device>()

  constructor(...ids: (readonly [id: string, kind: Device['kind']])[]) {
    for (const [id, kind] of ids) this.#devices.set(id, { id, kind, district: 'test', state: 'never-seen' })
  }

  find(id: string): Device | undefined {
    return this.#devices.get(id)
  }

  authenticate(id: string, token: string): Device | undefined {
    return token === `token-of-${id}` ? this.find(id) : undefined
  }
}
