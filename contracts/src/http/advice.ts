import { type Static, Type } from 'typebox'
import { LineString, type LocalText, Name, OneOf, Timestamp } from '../names.ts'

/**
 * A stretch of road that other drivers are asked to leave free for a while. It says nothing of the vehicle: neither where
 * it is, nor which it is, nor where it is going.
 */
export const Advice = Type.Object({
  id: Name,
  kind: OneOf('emergency-corridor'),
  use: OneOf('avoid'),
  state: OneOf('in-force', 'ended'),
  from: Timestamp,
  until: Timestamp,
  streets: Type.Array(Type.String(), { description: 'as on the map; empty where the roads have no name' }),
  text: Type.Object({ zh: Type.String(), en: Type.String() }),
  geometry: { ...LineString, description: 'in the direction of travel' },
})
export type Advice = Static<typeof Advice>

/** The forms of the advice feed. */
export const adviceForms = ['geojson', 'wzdx', 'cifs'] as const
export type AdviceForm = (typeof adviceForms)[number]

/** What is meant by a text without its language: both. */
export const bothLanguages = ({ zh, en }: LocalText): string => [zh, en].filter(Boolean).join(' / ')
