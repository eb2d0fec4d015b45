import { join } from 'node:path'
import { compile, NewDevice } from '@clearway/contracts'
import { heidelberg, importCity } from '@clearway/routing'
import { expect, it } from 'vitest'
import { demoDevices, sensedLot } from '../src/demo-devices.ts'

const map = join(import.meta.dirname, '..', 'cities', 'heidelberg', 'heidelberg.osm.pbf')

it('gives every agent of Heidelberg a device that may be provisioned, each id once', async () => {
  const { city, network } = await importCity(map, heidelberg)
  const devices = demoDevices(city)
  const check = compile(NewDevice)
  expect(devices.flatMap((device) => check.faults(device))).toEqual([])
  expect(new Set(devices.map(({ id }) => id)).size).toBe(devices.length)
  const ids = (kind: NewDevice['kind']) => devices.filter((device) => device.kind === kind).map(({ id }) => id)
  expect(ids('signal')).toEqual(city.junctions.map(({ id }) => id))
  expect(ids('vehicle')).toEqual(['amb-1', 'amb-2', 'amb-3', 'amb-4', 'amb-5', 'amb-6', 'fire-1', 'fire-2', 'fire-3'])
  const [lot] = city.carParks
  expect(devices.filter(({ lot: of, kind }) => of === lot!.id && kind === 'gate').map(({ id }) => id)).toEqual([
    `${lot!.id}-in`,
    `${lot!.id}-out`,
  ])
  const sensed = sensedLot(city)!
  expect(ids('bay')).toHaveLength(sensed.capacity)
  expect(ids('bay')[0]).toBe(`${sensed.id}-bay-1`)
  const detectors = new Set(ids('detector'))
  for (const { junction, approach } of network.approaches) expect(detectors).toContain(`${junction}-${approach}`)
})
