import { InputError } from '@clearway/contracts'
import { type CentreOf, LeadCentre, QuietCentre } from '@clearway/simulators'
import { environmentOf, GatewayCentre } from './gateway-centre.ts'
import type { ControllerSpec, Settings, Transport, Ways } from './run-order.ts'

/**
 * `none`, `lead-S` with S seconds of free driving, `bluelight`, `clearway`, and `clearway-NAME` of a variant.
 *
 * @throws InputError `controller` naming what is not one of these, or a setting that is no key of the configuration
 */
export function controllerOf(name: string, variants: ReadonlyMap<string, Settings>): ControllerSpec {
  if (name === 'none' || name === 'bluelight') return { name, kind: name }
  const lead = /^lead-(\d+(?:\.\d+)?)$/.exec(name)
  if (lead) return { name, kind: 'lead', leadS: Number(lead[1]) }
  if (name === 'clearway') return { name, kind: 'clearway', settings: {} }
  const settings = variants.get(name)
  if (settings) {
    // Told before anything runs.
    environmentOf(settings)
    return { name, kind: 'clearway', settings }
  }
  const known = ['none', 'lead-SECONDS', 'bluelight', 'clearway', ...variants.keys()].join(', ')
  const message = `"${name}" is not one of ${known}`
  throw new InputError('controller', `controller ${message}`, [{ field: 'controllers', message }])
}

/** The centre that the agents of a run speak with. */
export function centreOf(controller: ControllerSpec, transport: Transport, ways: Ways = 'chosen'): CentreOf {
  switch (controller.kind) {
    case 'none':
    case 'bluelight':
      return async (surroundings) => new QuietCentre(surroundings)
    case 'lead':
      return async (surroundings) => new LeadCentre(surroundings, controller.leadS)
    case 'clearway':
      return (surroundings) => GatewayCentre.open(surroundings, controller.settings, transport, ways)
  }
}
