import type { Advice, AdviceForm } from '@clearway/contracts'
import { Type } from 'typebox'
import type { Core } from '../core.ts'
import { type Access, type Route, rawRoute } from '../http/route.ts'
import { asCifs, asGeoJson, asWzdx } from './advice-forms.ts'
import type { DiversionCounters } from './counters.ts'

/**
 * Operators of navigation, and who watches over it. Not the public: whoever wants to hinder or to follow an emergency
 * vehicle would be told three minutes ahead where it comes by.
 */
const readers: Access = ['dispatcher', 'manager', 'auditor', 'flows', 'navigation']

/** The advice feed in its three forms. */
export function adviceRoutes(
  { city, clock }: Core,
  advice: () => readonly Advice[],
  counters: DiversionCounters,
): Route[] {
  const publisher = { name: city?.name ?? { en: 'Clearway' }, district: city?.district ?? 'city' }
  const feed = (form: AdviceForm, path: string, mediaType: string, summary: string, as: () => object): Route =>
    rawRoute({
      ...{ method: 'GET', path, access: readers, summary, mediaType },
      answer: Type.Object({}, { additionalProperties: true }),
      handle: () => {
        counters.reads.labels(form).inc()
        return { body: JSON.stringify(as()) }
      },
    })
  return [
    feed('geojson', '/advice', 'application/geo+json', 'Roads that emergency vehicles will need, GeoJSON', () =>
      asGeoJson(advice(), clock.now()),
    ),
    feed('wzdx', '/advice/wzdx', 'application/geo+json', 'The same as a WZDx 4.2 feed', () =>
      asWzdx(advice(), publisher, clock.now()),
    ),
    feed('cifs', '/advice/cifs', 'application/json', 'The same as incidents of CIFS', () => asCifs(advice())),
  ]
}
